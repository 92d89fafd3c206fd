"""The text a language command works on: typed, in an attached .txt file, or in the message replied to."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

from bot.contract import Apology, Services
from bot.model import Attachment, Message

LARGEST = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]")


async def material(message: Message, services: Services, text: str) -> str:
    """Return what was typed, or the message's own .txt file, or the file or words of the message replied to.

    Raises:
        Apology: There is no text, or the file is too large, empty, no text, or gone.
    """
    quote = message.quote
    typed = "" if quote and text == quote.text else text
    if typed.strip():
        return typed
    attached = (*message.attachments, *(quote.attachments if quote else ()))
    if file := _text_file(attached):
        return await _read(file, message, services)
    if text.strip():
        return text
    if attached:
        raise Apology("language.not_txt", name=attached[0].name)
    raise Apology("language.no_text")


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
    text = decoded(data)
    if text is None:
        raise Apology("language.file_unreadable", name=file.name)
    if not text.strip():
        raise Apology("language.file_empty", name=file.name)
    return text


def decoded(data: bytes) -> str | None:
    """Return the text of a file in UTF-8, UTF-16 or GB18030, or None for one that is no text."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not CONTROLS.search(text):
            return text
    return None


def _encodings(data: bytes) -> tuple[str, ...]:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return (encoding,)
    if b"\0" not in data:
        return ("utf-8", "gb18030")
    # UTF-16 without its mark: spaces and line ends have their zero before or after them.
    return ("utf-16-be", "utf-16-le") if data[::2].count(0) > data[1::2].count(0) else ("utf-16-le", "utf-16-be")
