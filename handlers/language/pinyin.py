"""Hanyu Pinyin with tones: the words are cut first, as many characters are read by the word they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from handlers.language.own import Segmenter
from handlers.language.tag import NOBODY

HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Within a word a syllable that begins with one of these is set off: Xī'ān, not Xīān.
OPEN = frozenset("aāáǎàoōóǒòeēéěèê")

Tones = Literal["marks", "numbers", "none"]


def pinyin(text: str, tones: Tones = "marks", segmenter: Segmenter = NOBODY) -> list[tuple[str, tuple[str, ...]]]:
    """Return the words of a text with the syllables of each; what has no Chinese characters has no syllables.

    Tones are those of the dictionary, without the changes of speech (一, 不, two third tones); the neutral tone has no
    mark and no number.
    """
    return [(word, _syllables(word, tones) if HAN.search(word) else ()) for word in segmenter.cut(text)]


def _syllables(word: str, tones: Tones) -> tuple[str, ...]:
    import pypinyin  # noqa: PLC0415 — its tables take a third of a second, and only this needs them

    style = {"marks": pypinyin.Style.TONE, "numbers": pypinyin.Style.TONE3, "none": pypinyin.Style.NORMAL}[tones]
    return tuple(first for first, *_ in pypinyin.pinyin(word, style=style))


def spelt(words: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """Return a text as it is written in pinyin: the syllables of a word together, words apart."""
    line = ""
    for word, syllables in words:
        if not syllables:
            line += word
            continue
        joined = syllables[0] + "".join(f"'{each}" if each[0] in OPEN else each for each in syllables[1:])
        line += f" {joined}" if line and not line[-1].isspace() and line[-1] not in "“‘（(《「" else joined
    return line
