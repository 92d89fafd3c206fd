"""The inverted index: which questions have which terms, and what these weigh: squared inverse document frequency."""

from __future__ import annotations

import itertools
import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import not_

from handlers.faq.engine.analysis import WORD

# A term that more than this part of all questions have (and more than so many) tells nothing and weighs nothing.
COMMON_SHARE = 0.04
COMMON_COUNT = 40
# A word counts this much more than a character n-gram.
WORD_WEIGHT = 1.4

# What a term weighs, and which questions have it.
Weighed = tuple[float, "array[int]"]


class Index:
    """Numbered questions by their terms.

    Attributes:
        lengths: The length of each question's vector, as far as it is weighed.
    """

    def __init__(self) -> None:
        self.lengths = array("f")
        self._postings: dict[str, array[int]] = {}
        self._count = 0
        self._weights: dict[int, tuple[float, float]] = {}
        # Known terms as far as they were asked for; those that are too common weigh nothing.
        self._weighed: dict[str, Weighed] = {}

    def __len__(self) -> int:
        return self._count

    def add(self, number: int, terms: Iterable[str]) -> None:
        """Add a question; numbers only ever grow. It is found once it is weighed."""
        postings = self._postings
        for term in terms:
            if term in postings:
                postings[term].append(number)
            else:
                postings[term] = array("I", (number,))
        self.lengths.extend([math.inf] * (number + 1 - len(self.lengths)))
        self._count += 1
        self._forget_weights()

    def remove(self, number: int, terms: Iterable[str]) -> None:
        """Take a question out again; `terms` are those it was added with."""
        for term in terms:
            postings = self._postings[term]
            del postings[bisect_left(postings, number)]
            if not postings:
                del self._postings[term]
        self._count -= 1
        self._forget_weights()

    def _forget_weights(self) -> None:
        if self._weights:
            self._weights, self._weighed = {}, {}

    def weigh(self, number: int, terms: Iterable[str]) -> None:
        """Set the length of a question's vector by what is in the index now."""
        total = 0.0
        for term in terms:
            total += self.weight(term, len(self._postings[term]))
        self.lengths[number] = math.sqrt(total) or math.inf

    def weigh_all(self) -> None:
        """Set the lengths of all vectors by what is in the index now."""
        squares, cap = [0.0] * len(self.lengths), self._cap
        for term, postings in self._postings.items():
            if len(postings) <= cap:
                weight = self.weights(len(postings))[term[0] == WORD]
                for number in postings:
                    squares[number] += weight
        self.lengths[:] = array("f", [math.sqrt(square) or math.inf for square in squares])

    def questions_with(self, term: str) -> array[int]:
        """Return the numbers of the questions that have a term, ascending."""
        return self._postings.get(term) or array("I")

    def weigh_terms(self, terms: Sequence[str]) -> list[Weighed | None]:
        """Return what each term weighs, nothing where it is too common, with its questions; None where none has it."""
        known = list(map(self._weighed.get, terms))
        for place in itertools.compress(range(len(known)), list(map(not_, known))):
            known[place] = self._weigh_term(terms[place])
        return known

    def _weigh_term(self, term: str) -> Weighed | None:
        postings = self._postings.get(term)
        if postings is None:
            return None
        weighed = self._weighed[term] = self.weight(term, len(postings)), postings
        return weighed

    def weight(self, term: str, frequency: int) -> float:
        """Return what a term weighs that so many questions have: nothing where they are too many."""
        return self.weights(frequency)[term[0] == WORD] if frequency <= self._cap else 0.0

    def weights(self, frequency: int) -> tuple[float, float]:
        """Return the squared inverse document frequency, smoothed: of a gram, and of a word."""
        known = self._weights.get(frequency)
        if known is None:
            gram = math.log(1 + (self._count + 1) / (1 + frequency)) ** 2
            known = self._weights[frequency] = (gram, gram * WORD_WEIGHT * WORD_WEIGHT)
        return known

    @property
    def _cap(self) -> float:
        return max(COMMON_COUNT, COMMON_SHARE * self._count)
