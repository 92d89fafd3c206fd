"""Bytes of an owner's file into text: UTF-8 where it is asked for, else whatever spreadsheets write."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from handlers.faq.draft import FaqError

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
HAN = re.compile(r"[\u3400-\u9fff]")
# The lead bytes of the characters in everyday use: GB 2312's first level, Big5's first level.
COMMON = {"gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6)}
NAMES = {"utf-16": "UTF-16", "gb18030": "GB18030 (Chinese Excel)", "big5": "Big5"}


def utf8(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without BOM. Raises `FaqError` naming the encoding it seems to be."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        guess = NAMES.get(encoding_of(data), "something else")
        line = data[: error.start].count(b"\n") + 1
        raise FaqError(
            f"{path.name}, line {line}: the file is not UTF-8, it looks like {guess}; save it as UTF-8."
        ) from None


def any_encoding(path: Path) -> str:
    """Return the text of a file that a spreadsheet wrote: UTF-8, UTF-16 with BOM, GB18030 or Big5."""
    data = path.read_bytes()
    encoding = encoding_of(data)
    if not encoding:
        raise FaqError(f"{path.name}: this is not a text file in an encoding that can be told; save it as UTF-8.")
    return data.decode(encoding)


def encoding_of(data: bytes) -> str:
    """Return the encoding of a text, or nothing where it has none of those that spreadsheets write."""
    bom = next((name for mark, name in BOMS if data.startswith(mark)), "")
    if bom:
        return bom if _decodes(data, bom) else ""
    if b"\0" in data:
        return ""
    if _decodes(data, "utf-8"):
        return "utf-8"
    # Big5 read as GB18030 decodes too, into rare characters: what has more everyday ones is the right one.
    fitting = [name for name in COMMON if _decodes(data, name)]
    return max(fitting, key=lambda name: _everyday(data.decode(name), name), default="")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _everyday(text: str, encoding: str) -> float:
    first, last = COMMON[encoding]
    han = HAN.findall(text)
    return sum(first <= each.encode(encoding)[0] <= last for each in han) / len(han) if han else 0
