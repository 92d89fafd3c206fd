"""A question taken apart: what is compared when two questions are compared."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import add

from handlers.faq.engine.stopwords import stopwords
from handlers.language.script.normalise import fold
from handlers.language.script.numerals import with_digits
from handlers.language.segmentation.segment import cut_for_search

# Longer than any question; what comes after it cannot make it another one. Keeps a 100,000-character message cheap.
LONGEST = 200
RUNS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_]+")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
LETTER = re.compile(r"\w")
SUFFIXES = ("ings", "ing", "ies", "ed", "es", "s", "ly", "e", "y")
SHORTEST_STEM = 3
Cut = Callable[[str], list[str]]
# Marks a term that is a word, not a gram.
WORD = "\0"


@dataclass(frozen=True, slots=True)
class Analysis:
    """A folded question and its parts.

    Attributes:
        text: As it was folded.
        key: Its letters and digits alone, numbers in digits: two questions with the same key are the same question.
        terms: Single Han characters and pairs, for other scripts the trigrams of each word; and, marked by `WORD`, the
            words of jieba's search mode without stop words, English ones stemmed. Each once.
    """

    text: str
    key: str
    terms: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The terms that are words, without their mark."""
        return tuple(term[1:] for term in self.terms if term[0] == WORD)


def analyse(text: str, cut: Cut = cut_for_search) -> Analysis:
    """Take a text apart as questions of an FAQ are; `cut` segments it in jieba's search mode."""
    folded = fold(text[: 4 * LONGEST])[:LONGEST]
    counted = with_digits(folded)
    runs = RUNS.findall(counted)
    return Analysis(folded, "".join(runs), tuple(dict.fromkeys(_grams(runs) + _words(cut(counted)))))


def _grams(runs: list[str]) -> list[str]:
    grams: list[str] = []
    for run in runs:
        if HAN.match(run):
            grams += run
            grams += map(add, run, run[1:])
        else:
            padded = f" {run} "
            grams += map(add, map(add, padded, run), padded[2:])
    return grams


def _words(segmented: list[str]) -> list[str]:
    every = [_term(word) for word in segmented]
    return [term for term, tells in every if tells] or [term for term, _ in every if term]


@functools.lru_cache(maxsize=16_384)
def _term(word: str) -> tuple[str, bool]:
    """Return the term of a word, empty where it has no letter, and whether it tells a question from another."""
    if not LETTER.search(word):
        return "", False
    return WORD + stem(word), word not in stopwords()


def stem(word: str) -> str:
    """Return an English word without its ending, roughly: the same for its forms. Other words stay."""
    if not word.isascii():
        return word
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST_STEM:
            return word[: -len(suffix)]
    return word
