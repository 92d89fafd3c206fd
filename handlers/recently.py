"""What a command over several lines works on: a text's lines, or what people said in this chat lately."""

from __future__ import annotations

from bot.contract import Apology
from bot.kept.recent import MOST, Recent, Remark
from bot.model import Message
from bot.services import Services
from handlers.material import material


async def lines(message: Message, services: Services, text: str, last: int) -> tuple[str, ...]:
    """Return the lines that have words in them: of the text (as `material` finds it), or the chat's latest messages.

    The latest messages are taken where `last` says how many, or where there is no text and the chat keeps them.

    Raises:
        Apology: There is neither, or the chat does not keep its messages.
    """
    found = await remarks(message, services, text, last)
    if found is None:
        found = tuple(Remark("", line, 0.0) for line in (await material(message, services, text)).splitlines())
    return tuple(each.text for each in found if each.text.strip())


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
