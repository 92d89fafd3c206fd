"""Cutting text into words: jieba's dictionary and results, at rjieba's speed."""

from __future__ import annotations

import re

import rjieba

WORD = re.compile(r"\w")


def cut(text: str, *, hmm: bool = True) -> list[str]:
    """Return the words of a text in jieba's accurate mode; joined they are the text."""
    return list(rjieba.cut(text, hmm))


def cut_for_search(text: str, *, hmm: bool = True) -> list[str]:
    """Return the words in jieba's search-engine mode: long words are followed by the shorter ones within them."""
    return list(rjieba.cut_for_search(text, hmm))


def words(text: str) -> list[str]:
    """Return the words of a text without punctuation and spaces."""
    return [each for each in rjieba.cut(text) if WORD.search(each)]


def boundaries(text: str) -> frozenset[int]:
    """Return the offsets at which a word of the segmentation begins or ends, 0 and the length among them."""
    ends, offset = {0}, 0
    for each in rjieba.cut(text):
        offset += len(each)
        ends.add(offset)
    return frozenset(ends)
