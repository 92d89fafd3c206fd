"""The text a language command works on: typed, in an attached .txt file, or in the message replied to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated

from bot.domain.command import InFile, Wording
from bot.domain.errors import Apology
from bot.domain.message import Attachment, Message
from bot.services import Services
from handlers.content.decoding import decoded

LARGEST = 1 << 20
IN_FILE = InFile(
    Wording(
        "也可以把文本放在 .txt 文件里（1 MB 以内）",
        "也可以把文字放在 .txt 檔案裡（1 MB 以內）",
        "the text as a .txt file, up to 1 MB",
    )
)
# The last option of the commands that work on a text.
Text = Annotated[str, Wording("文本，或回复一条消息", "文字，或回覆一則訊息", "text, or reply to a message"), IN_FILE]


async def material(message: Message, services: Services, text: str) -> str:
    """Return what was typed, or the message's own .txt file, or the file or words of the message replied to.

    Raises:
        Apology: There is no text, or the file is too large, empty, no text, or gone.
    """
    quote = message.quote
    typed = "" if quote and text == quote.text else text
    if typed.strip():
        return typed
    attached = _attached(message)
    if file := _text_file(attached):
        return await _read(file, message, services)
    if text.strip():
        return text
    if attached:
        raise Apology("language.not_txt", name=attached[0].name)
    raise Apology("language.no_text")


def has_file(message: Message) -> bool:
    """Return whether a text file came with a message, or with the one that it replies to."""
    return _text_file(_attached(message)) is not None


def _attached(message: Message) -> tuple[Attachment, ...]:
    return (*message.attachments, *(message.quote.attachments if message.quote else ()))


def _text_file(attached: Iterable[Attachment]) -> Attachment | None:
    return next((each for each in attached if each.name.lower().endswith(".txt")), None) or next(
        (each for each in attached if each.media_type.partition(";")[0] == "text/plain"), None
    )


async def _read(file: Attachment, message: Message, services: Services) -> str:
    too_large = Apology("language.file_large", name=file.name, megabytes=LARGEST >> 20)
    if file.size > LARGEST:
        raise too_large
    data = await services.platforms[message.platform].read(file)
    if len(data) > LARGEST:
        raise too_large
    text = await asyncio.to_thread(decoded, data)
    if text is None:
        raise Apology("language.file_unreadable", name=file.name)
    if not text.strip():
        raise Apology("language.file_empty", name=file.name)
    return text
