"""jieba's full mode: every word of the dictionary that stands in a text, overlapping ones too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.language.segmentation.lexicon import Lexicon
from handlers.language.segmentation.matching import LETTER
from handlers.language.segmentation.segment import BLOCKS

SPACES = re.compile(r"(\r\n|\s)")


def cut_all(text: str, lexicon: Lexicon) -> list[str]:
    """Return every word in a text, by where it begins, the shorter first; joined they are not the text.

    A single character counts only where no other word holds it. Here other characters stay together up to a space.
    """
    words: list[str] = []
    for place, block in enumerate(BLOCKS.split(text)):
        words += _in_block(block, lexicon) if place % 2 else filter(None, SPACES.split(block))
    return words


def _in_block(block: str, lexicon: Lexicon) -> Iterator[str]:
    letters, covered = "", 0
    for start in range(len(block)):
        if letters and not LETTER.match(block[start]):
            yield letters
            letters = ""
        ends = lexicon.ends(block, start) or [start + 1]
        if len(ends) == 1 and start >= covered:
            covered = ends[0]
            if LETTER.match(block[start]):
                letters += block[start:covered]
            else:
                yield block[start:covered]
        elif longer := [end for end in ends if end > start + 1]:
            yield from (block[start:end] for end in longer)
            covered = longer[-1]
    if letters:
        yield letters
