"""What a command over several lines works on: a text's lines, or what people said in this chat lately."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.services import Services
from bot.storage.recent import MOST, Recent, Remark
from handlers.commands.shared.material import material


@dataclass(frozen=True, slots=True)
class Lines:
    """A text, or what people said, each message a line by itself."""

    text: str = ""
    said: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many characters there are."""
        return len(self.text) + sum(map(len, self.said))

    def split(self) -> tuple[str, ...]:
        """Return the lines that have words in them. A file may have half a million: to be called in a thread."""
        return tuple(each for each in self.said or self.text.splitlines() if each.strip())


async def lines(message: Message, services: Services, text: str, last: int) -> Lines:
    """Return the lines of the text (as `material` finds it), or the chat's latest messages.

    The latest messages are taken where `last` says how many, or where there is no text and the chat keeps them.

    Raises:
        Apology: There is neither, or the chat does not keep its messages.
    """
    found = await remarks(message, services, text, last)
    if found is None:
        return Lines(await material(message, services, text))
    return Lines(said=tuple(each.text for each in found))


async def remarks(message: Message, services: Services, text: str, last: int) -> tuple[Remark, ...] | None:
    """Return the chat's latest messages where they are meant, or None where a text is.

    Raises:
        Apology: They are meant, and there are none.
    """
    kept = (await services.options.of(message)).recent == "on"
    typed = text.strip() and not (message.quote and message.quote.text == text)
    given = typed or message.attachments or message.quote
    if not last and (given or not kept):
        return None
    if last and typed:
        raise Apology("laboratory.either")
    if not kept:
        raise Apology("laboratory.recent_off")
    if last < 0 or last > MOST:
        raise Apology("laboratory.last", most=MOST)
    found = await Recent(services.store).of(message, last or MOST)
    if not found:
        raise Apology("laboratory.recent_empty")
    return found
