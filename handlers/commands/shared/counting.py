"""The words of a text, or of what was said here lately, counted: what `/frequency` and `/wordcloud` show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import Reply
from bot.services import Services
from handlers.commands.shared.cutting import cutting
from handlers.commands.shared.laboratory import laboratory
from handlers.commands.shared.labour import Result
from handlers.commands.shared.recently import lines
from handlers.language.statistics.terms import frequencies


async def counted(
    message: Message, services: Services, name: str, found: tuple[str, int], show: Callable[[Counter[str]], Result]
) -> Reply:
    """Return a command's reply: how `show` shows the words counted, which it does in a thread.

    `found` are the text and the number of latest messages that were asked for. Raises `Apology` where there is neither,
    or no word in it.
    """
    said = await lines(message, services, *found)
    cut = await cutting(message, services)

    def work() -> Result:
        words = frequencies(said.split(), cut)
        if not words:
            raise Apology("laboratory.no_words")
        return show(words)

    return await laboratory(message, services, name, work, said.size)
