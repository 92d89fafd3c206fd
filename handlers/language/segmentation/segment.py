"""Cutting text into words in jieba's modes: its dictionary and exactly its results, at rjieba's speed."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator

import rjieba

WORD = re.compile(r"\w")
# jieba cuts each run of these by the dictionary; every other character is a word of its own, but \r\n is one.
BLOCKS = re.compile(r"([\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+)")
LINE_END_OR_CHARACTER = re.compile(r"\r\n|.", re.DOTALL)
# Han characters that jieba (of 2020) does not take for such, rjieba does, and what cannot be handed to Rust.
RARE = "\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\ud800-\udfff"
DIFFERS = re.compile(f"[{RARE}]")
# With the HMM they also treat these between letters and single characters differently.
DIFFERS_HMM = re.compile(f"[-._{RARE}]")
# How jieba cuts what is left between Chinese characters that the dictionary does not join.
HAN = re.compile(r"([\u4e00-\u9fd5]+)")
NUMBERS = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
LETTERS = re.compile(r"[a-zA-Z0-9]+")


def cut(text: str, *, hmm: bool = True) -> list[str]:
    """Return the words of a text in jieba's accurate mode; joined they are the text.

    The HMM also finds words that are not in the dictionary.
    """
    if not (DIFFERS_HMM if hmm else DIFFERS).search(text):
        return list(rjieba.cut(text, hmm))
    return list(_by_blocks(text, hmm=hmm))


def cut_for_search(text: str, *, hmm: bool = True) -> list[str]:
    """Return the words in jieba's search-engine mode: long words come after the shorter ones within them."""
    if not DIFFERS_HMM.search(text):
        return list(rjieba.cut_for_search(text, hmm))
    words = cut(text, hmm=hmm)
    return [part for word in words for part in (*(word[at:end] for at, end in grams(word, rjieba.has_word)), word)]


def grams(word: str, is_word: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Yield where words of two and three characters stand in a longer one, as jieba's search-engine mode finds them."""
    for size in (2, 3):
        if len(word) > size:
            places = ((at, at + size) for at in range(len(word) - size + 1))
            yield from (place for place in places if is_word(word[slice(*place)]))


def words(text: str) -> list[str]:
    """Return the words of a text without punctuation and spaces."""
    return [each for each in cut(text) if WORD.search(each)]


def boundaries(text: str) -> frozenset[int]:
    """Return the offsets at which a word of the segmentation begins or ends, 0 and the length among them."""
    return ends_of(cut(text))


def ends_of(pieces: Iterable[str]) -> frozenset[int]:
    """Return 0 and the offsets at which these words end in the text that they are when joined."""
    ends, offset = {0}, 0
    for each in pieces:
        offset += len(each)
        ends.add(offset)
    return frozenset(ends)


def _by_blocks(text: str, *, hmm: bool) -> Iterator[str]:
    for place, block in enumerate(BLOCKS.split(text)):
        if place % 2 == 0:
            yield from LINE_END_OR_CHARACTER.findall(block)
        elif hmm and DIFFERS_HMM.search(block):
            yield from with_hmm(_path(block), rjieba.has_word)
        else:
            yield from rjieba.cut(block, hmm)


def _path(block: str) -> Iterator[str]:
    """Yield the words of a block that the dictionary alone gives.

    What rjieba puts together of letters and digits is single characters: no word of the dictionary is made of these.
    """
    for piece in rjieba.cut(block, False):  # noqa: FBT003 — rjieba's signature
        if LETTERS.fullmatch(piece):
            yield from piece
        else:
            yield piece


def with_hmm(path: Iterable[str], is_word: Callable[[str], bool]) -> Iterator[str]:
    """Yield the words of a block from those that the dictionary alone gives: the HMM joins its single characters."""
    loose = ""
    for piece in path:
        if len(piece) == 1:
            loose += piece
            continue
        yield from _joined(loose, is_word)
        yield piece
        loose = ""
    yield from _joined(loose, is_word)


def _joined(loose: str, is_word: Callable[[str], bool]) -> Iterable[str]:
    return loose if len(loose) == 1 or is_word(loose) else _unknown(loose)


def _unknown(loose: str) -> Iterator[str]:
    for place, part in enumerate(HAN.split(loose)):
        if place % 2:
            yield from _without_dictionary().cut(part, True)  # noqa: FBT003 — rjieba's signature
        else:
            yield from filter(None, NUMBERS.split(part))


@functools.cache
def _without_dictionary() -> rjieba.Jieba:
    """Return a segmenter that knows no word, so that all it does is jieba's HMM."""
    empty: rjieba.Jieba = rjieba.Jieba.empty()  # type: ignore[no-untyped-call]  # rjieba's stub has no type for it
    return empty
