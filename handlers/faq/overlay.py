"""The index as those read it who cut some questions otherwise: what differs lies over it, all else is shared."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from handlers.faq.analysis import WORD
from handlers.faq.index import Index, Weighed


@dataclass(frozen=True, slots=True)
class Changes:
    """Which questions have which terms otherwise than the shared index, 12 bytes each.

    Attributes:
        keys: The terms' hashes, ascending. That of 60 terms of a text one meets a few thousand others' by accident has
            a probability of one in 10^14.
        signed: With each the number of a question that has the term here alone, or the complement (`~`) of the number
            of one that has it in the shared index alone.
    """

    keys: array[int] = field(default_factory=lambda: array("q"))
    signed: array[int] = field(default_factory=lambda: array("i"))

    @staticmethod
    def of(pairs: Iterable[tuple[str, int]]) -> Changes:
        """Return the changes of these terms and signed numbers."""
        ordered = sorted((hash(term), signed) for term, signed in pairs)
        return Changes(array("q", (key for key, _ in ordered)), array("i", (signed for _, signed in ordered)))

    def __len__(self) -> int:
        return len(self.keys)

    def at(self, term: str) -> array[int]:
        """Return the signed numbers of a term: the complements first, then the numbers ascending."""
        key = hash(term)
        start = bisect_left(self.keys, key)
        if start == len(self.keys) or self.keys[start] != key:
            return self.signed[:0]
        return self.signed[start : bisect_right(self.keys, key, start)]


@dataclass(frozen=True, slots=True)
class Recut:
    """Questions that are cut otherwise than in the shared index: their terms, and the lengths of their vectors."""

    changes: Changes
    numbers: array[int]
    lengths: array[float]

    @staticmethod
    def over(index: Index, terms: Mapping[int, tuple[tuple[str, ...], tuple[str, ...]]]) -> Recut:
        """Return what differs from an index, by the terms that each question has in it and should have."""
        changes = Changes.of(
            (term, number if gained else ~number)
            for number, (before, after) in terms.items()
            for gained, those in ((False, set(before).difference(after)), (True, set(after).difference(before)))
            for term in those
        )
        numbers = array("I", sorted(terms))
        unmeasured = Overlay(index, Recut(changes, array("I"), array("f")))
        lengths = array("f", (unmeasured.length_of(terms[number][1]) for number in numbers))
        return Recut(changes, numbers, lengths)


class Overlay(Index):
    """An index with some questions cut otherwise, as if they had been taken out and added anew. It never changes."""

    def __init__(self, base: Index, recut: Recut) -> None:
        super().__init__()
        self._base, self._changes = base, recut.changes
        self._count = len(base)
        self._norms = _Lengths(base, recut)  # type: ignore[assignment]  # read by number, like an array

    def length_of(self, terms: Iterable[str]) -> float:
        """Return the length of the vector of a question with these terms."""
        return math.sqrt(self.weigh_text(tuple(terms))[1]) or math.inf

    def questions_with(self, term: str) -> array[int]:
        """Return the numbers of the questions that have a term, ascending."""
        known, changed = self._base.questions_with(term), self._changes.at(term)
        if not changed:
            return known
        gone = {~number for number in changed if number < 0}
        stay = (number for number in known if number not in gone)
        return array("I", sorted([*stay, *(number for number in changed if number >= 0)]))

    def weigh_term(self, term: str) -> Weighed | None:
        """Return what a term weighs, nothing where it is too common, with its questions. It keeps nothing."""
        if not self._changes.at(term):
            return self._base.weigh_term(term)
        postings = self.questions_with(term)
        if not postings:
            return None
        return self._weight(len(postings))[term[0] == WORD] if len(postings) <= self._cap else 0.0, postings


class _Lengths(dict[int, float]):
    """The length of each question's vector. It keeps nothing."""

    def __init__(self, base: Index, recut: Recut) -> None:
        super().__init__()
        self._base, self._numbers, self._lengths = base, recut.numbers, recut.lengths

    def __missing__(self, number: int) -> float:
        at = bisect_left(self._numbers, number)
        if at < len(self._numbers) and self._numbers[at] == number:
            return self._lengths[at]
        return self._base.length(number)
