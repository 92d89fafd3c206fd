"""Bytes of an owner's file into text: UTF-8 where it is asked for, else whatever spreadsheets write."""

from __future__ import annotations

from pathlib import Path

from handlers.content.decoding import decoded, encoding_of
from handlers.faq.entries.draft import FaqError

NAMES = {
    "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
    "gb18030": "GB18030 (Chinese Excel)", "cp950": "Big5", "big5hkscs": "Big5",
}  # fmt: skip


def utf8(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without BOM. Raises `FaqError` naming the encoding it seems to be."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        guess = NAMES.get(encoding_of(data) or "", "something else")
        line = data[: error.start].count(b"\n") + 1
        raise FaqError(
            f"{path.name}, line {line}: the file is not UTF-8, it looks like {guess}; save it as UTF-8."
        ) from None


def any_encoding(path: Path) -> str:
    """Return the text of a file that a spreadsheet wrote: UTF-8, UTF-16 with BOM, GB18030 or Big5."""
    text = decoded(path.read_bytes())
    if text is None:
        raise FaqError(f"{path.name}: this is not a text file in an encoding that can be told; save it as UTF-8.")
    return text
