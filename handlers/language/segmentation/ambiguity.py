"""Where a text can be cut in more than one way: crossing and combination ambiguity.

Both kinds, 交集型 and 组合型, are those of 梁南元, 书面汉语自动分词系统—CDWS, 中文信息学报 1987 (2).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from handlers.language.segmentation.lexicon import Lexicon
from handlers.language.segmentation.matching import METHODS, best_path
from handlers.language.segmentation.segment import BLOCKS

# Nearly every character of jieba's dictionary is a word too, so nearly every word could be two: a combination counts
# where its parts stand beside each other by chance at least a hundredth as often as the word itself occurs.
LIKELY = math.log(1 / 100)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a text that can be cut in several ways.

    Attributes:
        kind: `crossing`: words overlap (研究生 and 生命 in 研究生命); `combination`: a word is several, too (才能).
        readings: The ways to cut it: what the algorithms make of it, or the word and its parts.
    """

    start: int
    end: int
    kind: Literal["crossing", "combination"]
    readings: tuple[tuple[str, ...], ...]


def ambiguous(text: str, lexicon: Lexicon) -> tuple[Stretch, ...]:
    """Return the ambiguous stretches of a text in their order; they do not overlap."""
    found: list[Stretch] = []
    offset = 0
    for place, block in enumerate(BLOCKS.split(text)):
        if place % 2:
            found += _in_block(block, offset, lexicon)
        offset += len(block)
    return tuple(found)


def _in_block(block: str, offset: int, lexicon: Lexicon) -> Iterator[Stretch]:
    for start, end, crossing in _chains(block, lexicon):
        part = block[start:end]
        if crossing:
            readings = dict.fromkeys(tuple(method(part, lexicon)) for method in METHODS.values())
            yield Stretch(offset + start, offset + end, "crossing", tuple(readings))
        elif parts := _parts(part, lexicon):
            yield Stretch(offset + start, offset + end, "combination", ((part,), parts))


def _chains(block: str, lexicon: Lexicon) -> Iterator[tuple[int, int, bool]]:
    """Yield the runs of longest words (those within no longer one), and whether there are several, overlapping."""
    begin = end = words = 0
    for start in range(len(block)):
        longest = (lexicon.ends(block, start) or [start + 1])[-1]
        if longest <= end:
            continue
        if start >= end:
            if words:
                yield begin, end, words > 1
            begin, words = start, 0
        end = longest
        words += 1
    if words:
        yield begin, end, words > 1


def _parts(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the likeliest way to cut a word, nothing where none is likely enough."""
    if len(word) == 1 or not lexicon.is_word(word):
        return ()
    parts = best_path(word, lexicon, without=word)
    log_total = math.log(lexicon.total)
    likelihood = sum(math.log(lexicon.frequency(each) or 1) - log_total for each in parts)
    return tuple(parts) if likelihood - (math.log(lexicon.frequency(word)) - log_total) >= LIKELY else ()
