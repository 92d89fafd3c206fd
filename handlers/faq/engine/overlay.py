"""The index as those read it who cut some questions otherwise: what differs lies over it, all else is shared."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from handlers.faq.engine.index import Index, Weighed
from handlers.faq.engine.nearby import weigh_text


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
        lengths = array("f", (math.sqrt(weigh_text(unmeasured, terms[each][1])[1]) or math.inf for each in numbers))
        return Recut(changes, numbers, lengths)


class Overlay:
    """An index with some questions cut otherwise, as if they had been taken out and added anew. It never changes."""

    def __init__(self, base: Index, recut: Recut) -> None:
        self.lengths = _Lengths(base.lengths, recut)
        self.weights = base.weights
        self._base, self._changes = base, recut.changes

    def weigh_terms(self, terms: Sequence[str]) -> list[Weighed | None]:
        """Return what each term weighs, nothing where it is too common, with its questions; None where none has it."""
        known = self._base.weigh_terms(terms)
        for place, term in enumerate(terms):
            if changed := self._changes.at(term):
                known[place] = self._weigh_changed(term, changed)
        return known

    def _weigh_changed(self, term: str, changed: array[int]) -> Weighed | None:
        gone = {~number for number in changed if number < 0}
        stay = (number for number in self._base.questions_with(term) if number not in gone)
        postings = array("I", sorted([*stay, *(number for number in changed if number >= 0)]))
        return (self._base.weight(term, len(postings)), postings) if postings else None


class _Lengths:
    """The lengths of a shared index, but for the questions that are cut otherwise."""

    def __init__(self, shared: array[float], recut: Recut) -> None:
        self._shared, self._numbers, self._lengths = shared, recut.numbers, recut.lengths

    def __getitem__(self, number: int, /) -> float:
        at = bisect_left(self._numbers, number)
        if at < len(self._numbers) and self._numbers[at] == number:
            return self._lengths[at]
        return self._shared[number]
