"""The inverted index: which questions share anything with a text, and how much."""

from __future__ import annotations

import heapq
import math
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable

# How many postings one text may visit: beyond it the commonest terms are looked up for the best candidates only.
POSTINGS = 12_000
CANDIDATES = 48


class Field:
    """One way to take questions apart: the questions that contain a term, weighted by inverse document frequency."""

    def __init__(self) -> None:
        self._postings: dict[str, array[int]] = {}
        self._norms = array("f")
        self._count = 0

    def add(self, number: int, terms: Iterable[str]) -> None:
        """Add a question; numbers only ever grow."""
        for term in terms:
            self._postings.setdefault(term, array("I")).append(number)
        self._norms.extend([0.0] * (number + 1 - len(self._norms)))
        self._count += 1

    def remove(self, number: int, terms: Iterable[str]) -> None:
        """Take a question out again; `terms` are those it was added with."""
        for term in terms:
            postings = self._postings[term]
            del postings[bisect_left(postings, number)]
            if not postings:
                del self._postings[term]
        self._count -= 1

    def weigh(self, number: int, terms: Collection[str]) -> None:
        """Set the length of a question's vector by what is in the index now."""
        self._norms[number] = self.norm(terms)

    def norm(self, terms: Collection[str]) -> float:
        """Return the length of a text's vector."""
        return math.sqrt(sum(self.idf(term) ** 2 for term in terms)) or 1.0

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of a term, smoothed; the greatest for one that no question has."""
        postings = self._postings.get(term)
        return math.log(1 + (self._count + 1) / (1 + (len(postings) if postings else 0)))

    def overlaps(self, terms: Collection[str]) -> dict[int, float]:
        """Return the weight each question shares with these terms: exact for the best, absent for hopeless ones."""
        shared: dict[int, float] = {}
        known = sorted((each for each in terms if each in self._postings), key=lambda term: len(self._postings[term]))
        budget = POSTINGS
        for place, term in enumerate(known):
            postings = self._postings[term]
            budget -= len(postings)
            if budget < 0 and shared:
                return self._finish(shared, known[place:])
            weight = self.idf(term) ** 2
            for number in postings:
                shared[number] = shared.get(number, 0.0) + weight
        return shared

    def _finish(self, shared: dict[int, float], common: list[str]) -> dict[int, float]:
        best = dict(heapq.nlargest(4 * CANDIDATES, shared.items(), key=lambda item: item[1]))
        for term in common:
            postings, weight = self._postings[term], self.idf(term) ** 2
            for number in best:
                at = bisect_left(postings, number)
                if at < len(postings) and postings[at] == number:
                    best[number] += weight
        return best

    def cosine(self, overlap: float, norm: float, number: int) -> float:
        """Return the cosine of a text's and a question's vectors from what they share."""
        return overlap / (norm * self._norms[number])

    def coverage(self, overlap: float, number: int) -> float:
        """Return the share of the question's weight that is found in the text."""
        return overlap / self._norms[number] ** 2
