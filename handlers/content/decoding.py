"""The text of a file whose encoding nobody says: what Chinese texts are kept in is told apart by what is written."""

from __future__ import annotations

import codecs
import functools
import itertools
import re

from handlers.language.script.normalise import simplify
from handlers.language.segmentation.segment import cut

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What files without a mark are in, the likelier first; cp950 is Big5 as Windows has it, then Hong Kong's.
UNMARKED = ("gb18030", "cp950", "big5hkscs", "utf-16-le", "utf-16-be")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]")
FOREIGN = re.compile(r"[^\x00-\x7f]")
# So many characters tell enough, and so usual must they be on average, or it is an encoding that is not known here.
ENOUGH, LEAST = 1000, 0.4
PUNCTUATION = frozenset("，。！？、：；“”‘’（）《》「」『』…—～·【】　")
# In GB 2312 the characters of the first level, which are the usual ones, begin with bytes up to this one.
FIRST_LEVEL = range(0xB0, 0xD8)
LETTERS, SECOND_LEVEL, SYMBOLS = 0.5, 0.3, 0.2


def decoded(data: bytes) -> str | None:
    """Return the text of a file in UTF-8, UTF-16, GB18030 or Big5; None for one that is no text or in none of these."""
    encoding = encoding_of(data)
    return data.decode(encoding) if encoding else None


def encoding_of(data: bytes) -> str | None:
    """Return the encoding of a text, None where it has none of these.

    GB18030 and Big5 use nearly the same bytes: read in the wrong one, a text has characters that hardly anybody writes.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return encoding if _text(data, encoding) is not None else None
    if b"\0" in data:
        encoding = _utf_16(data)
        return encoding if _text(data, encoding) is not None else None
    try:
        return None if CONTROLS.search(data.decode()) else "utf-8"
    except UnicodeDecodeError:
        return _likeliest(data)


def _text(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if CONTROLS.search(text) else text


def _utf_16(data: bytes) -> str:
    """Return which of the two: spaces, line ends and letters have their zero before or after them."""
    return "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"


def _likeliest(data: bytes) -> str | None:
    best, most = None, 0.0
    for encoding in UNMARKED:
        text = _text(data, encoding)
        if text is not None and (usual := _usual(text)) > most:
            best, most = encoding, usual
    return best


def _usual(text: str) -> float:
    """Return how usual the characters of a text are that are not ASCII, and what share of them stands in words.

    1 each at most: two or three wrong characters may well be usual ones, but no words.
    """
    some = simplify("".join(found[0] for found in itertools.islice(FOREIGN.finditer(text), ENOUGH)))
    if not some:
        return 0.0
    usual = sum(map(_weight, some)) / len(some)
    joined = sum(len(word) for word in cut(some, hmm=False) if len(word) > 1)
    return usual + joined / len(some) if usual > LEAST else 0.0


@functools.lru_cache(maxsize=4096)
def _weight(character: str) -> float:
    if character in PUNCTUATION:
        return 1.0
    try:
        first, *rest = character.encode("gb2312")
    except UnicodeEncodeError:
        return -1.0 if "\ue000" <= character <= "\uf8ff" else 0.0
    if first in FIRST_LEVEL:
        return 1.0
    return LETTERS if not rest else SECOND_LEVEL if first > FIRST_LEVEL[-1] else SYMBOLS
