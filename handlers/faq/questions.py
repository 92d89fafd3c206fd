"""All questions of an FAQ in one index, and the scores of those near a text."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from handlers.faq.analysis import Analysis, analyse
from handlers.faq.index import CANDIDATES, Field


@dataclass(frozen=True, slots=True)
class Scores:
    """How near one question is to a text, each score from 0 to 1.

    Attributes:
        number: The question's number in the index.
        grams: Cosine of the TF-IDF vectors of character n-grams.
        words: Cosine of the TF-IDF vectors of words.
        edit: Edit similarity of the letters.
        asked: Share of the text's word weight that the question has.
        covered: Share of the question's n-gram weight that the text has.
        same: Whether both are the same but for punctuation and spaces.
    """

    number: int
    grams: float
    words: float
    edit: float
    asked: float
    covered: float
    same: bool


class Questions:
    """Every way to ask every entry, numbered."""

    def __init__(self) -> None:
        self.grams = Field()
        self.words = Field()
        self.keys: list[str] = []
        self.owners: list[str] = []
        self._numbers: dict[str, list[int]] = {}
        self._texts: list[str] = []

    def numbers(self, owner: str) -> tuple[int, ...]:
        """Return the numbers of an entry's questions."""
        return tuple(self._numbers.get(owner, ()))

    def add(self, owner: str, texts: Iterable[str]) -> None:
        """Add an entry's questions, weighted by what is in the index when they are in."""
        added = [self._append(owner, text) for text in texts]
        for number, analysis in added:
            self._weigh(number, analysis)

    def build(self, owned: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Add many entries at once and weigh their questions when all are in."""
        added = [self._append(owner, text) for owner, texts in owned for text in texts]
        for number, analysis in added:
            self._weigh(number, analysis)

    def remove(self, owner: str) -> None:
        """Take an entry's questions out."""
        for number in self._numbers.pop(owner, ()):
            analysis = analyse(self._texts[number])
            self.grams.remove(number, analysis.grams)
            self.words.remove(number, analysis.words)
            self.keys[number] = self._texts[number] = self.owners[number] = ""

    def near(self, text: Analysis, *, without: Collection[int] = ()) -> list[Scores]:
        """Return the scores of the questions nearest to a text, leaving some out, the likeliest first."""
        grams, words = self.grams.overlaps(text.grams), self.words.overlaps(text.words)
        gram_norm, word_norm = self.grams.norm(text.grams), self.words.norm(text.words)
        rough = {
            number: self.grams.cosine(overlap, gram_norm, number)
            + (self.words.cosine(words[number], word_norm, number) if number in words else 0.0)
            for number, overlap in grams.items()
            if number not in without
        }
        best = heapq.nlargest(CANDIDATES, rough, key=rough.__getitem__)
        return [
            Scores(
                number,
                self.grams.cosine(grams[number], gram_norm, number),
                self.words.cosine(words.get(number, 0.0), word_norm, number),
                fuzz.ratio(text.key, self.keys[number]) / 100,
                min(1.0, words.get(number, 0.0) / word_norm**2),
                min(1.0, self.grams.coverage(grams[number], number)),
                text.key == self.keys[number],
            )
            for number in best
        ]

    def _append(self, owner: str, text: str) -> tuple[int, Analysis]:
        number, analysis = len(self.keys), analyse(text)
        self.keys.append(analysis.key)
        self.owners.append(owner)
        self._texts.append(text)
        self._numbers.setdefault(owner, []).append(number)
        self.grams.add(number, analysis.grams)
        self.words.add(number, analysis.words)
        return number, analysis

    def _weigh(self, number: int, analysis: Analysis) -> None:
        self.grams.weigh(number, analysis.grams)
        self.words.weigh(number, analysis.words)
