"""Hanyu Pinyin with tones: the words are cut first, as many characters are read by the word they stand in."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.language.script.normalise import simplify
from handlers.language.script.readings import HAN, Tones, readings, toned
from handlers.language.segmentation.own import Segmenter
from handlers.language.tagging.tag import NOBODY

__all__ = ["HAN", "Tones", "pinyin", "spelt"]

# Within a word a syllable that begins with one of these is set off: Xī'ān, not Xīān.
OPEN = frozenset("aāáǎàoōóǒòeēéěèê")


def pinyin(text: str, tones: Tones = "marks", segmenter: Segmenter = NOBODY) -> list[tuple[str, tuple[str, ...]]]:
    """Return the words of a text with the syllables of each; what has no Chinese characters has no syllables.

    Tones are those of the dictionary, without the changes of speech (一, 不, two third tones); the neutral tone has no
    mark and no number.
    """
    return [(word, _syllables(word, tones) if HAN.search(word) else ()) for word in segmenter.cut(text)]


def _syllables(word: str, tones: Tones) -> tuple[str, ...]:
    return tuple(each if HAN.match(each) else toned(each, tones) for each in readings().of(simplify(word)))


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
