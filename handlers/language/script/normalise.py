"""Folding: texts that mean the same to a reader become the same text, and every place in it can be found again."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

import opencc

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
SURROGATES = re.compile("[\ud800-\udfff]")
SPACES = re.compile(r"\s+")
# Zalgo: more marks on one letter than any script's writing has.
MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{2})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)

# A character with all that belongs to it: marks, invisible characters, and the Hangul that composes with it.
CLUSTERS = re.compile(
    r"\s|.(?:[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u3099\u309a\uff9e\uff9f\u200b-\u200f\ufe00-\ufe0f]|[\u1100-\u11ff])*",
    re.DOTALL,
)
LONGEST_TRACED = 8192


@functools.cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """Return the text in Simplified characters (OpenCC's `t2s`), as long as it was; lone surrogates become U+FFFD."""
    if text.isascii():
        return text
    text = SURROGATES.sub("\ufffd", text)
    simplified: str = _simplifier().convert(text)
    return simplified if len(simplified) == len(text) else "".join(_simplifier().convert(each) for each in text)


def restored(text: str, words: Iterable[str]) -> list[str]:
    """Return the words that `simplify(text)` was cut into as they stand in the text; joined they are the text."""
    at, found = 0, list[str]()
    for word in words:
        found.append(text[at : at + len(word)])
        at += len(word)
    return found


def fold(text: str) -> str:
    """Return a text as it is compared: NFKC, no invisible characters, lower case, Simplified, single spaces, trimmed.

    價格 and 价格, ＡＰＩ and api fold to the same. Folding twice is folding once.
    """
    if not text.isascii():
        while (again := _once(text)) != text:
            text = again
    return SPACES.sub(" ", text.casefold()).strip()


def _once(text: str) -> str:
    if MARKS.search(text):
        text = MARKS.sub(r"\1", text)
    composed = unicodedata.normalize("NFKC", text).casefold()
    return simplify(INVISIBLE.sub("", composed))


def written(text: str, start: int, end: int) -> str:
    """Return the part of a text that became `fold(text)[start:end]`.

    Where folding has shifted places so that they cannot be told (or the text is very long), the folded part itself.
    """
    folded = fold(text)
    if text == folded:
        return text[start:end]
    places = _places(text) if len(text) <= LONGEST_TRACED else []
    if len(places) != len(folded):
        return folded[start:end]
    return text[places[start][0] : places[end - 1][1]] if start < end else ""


def _places(text: str) -> list[tuple[int, int]]:
    """Return, for every character of the folded text, where in the text it comes from: letters with their marks."""
    places: list[tuple[int, int]] = []
    blank: list[tuple[int, int]] = []
    for found in CLUSTERS.finditer(text):
        cluster = found[0]
        folded = cluster.casefold() if cluster.isascii() else fold(cluster)
        if cluster.isspace():
            blank = blank or [found.span()]
        elif folded:
            places += blank if places else []
            places += [found.span()] * len(folded)
            blank = []
    return places
