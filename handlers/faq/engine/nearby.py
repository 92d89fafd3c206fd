"""Which questions share anything with a text, and how much: TF-IDF cosine, exact for the best. Start at `nearest`."""

from __future__ import annotations

import heapq
import itertools
import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter, not_
from typing import Protocol

from handlers.faq.engine.analysis import WORD
from handlers.faq.engine.index import COMMON_COUNT, Weighed

# How many postings one text may visit: beyond it the commoner terms are looked up for the best questions only.
POSTINGS = 6_000
# Questions less similar than this are no neighbours.
FAINTEST = 0.03
# Where more questions than this share something, those that share less than this part of the most are not looked at.
MANY, HOPELESS = 100, 0.2

Neighbour = tuple[float, int]
WEIGHT: Callable[[Weighed], float] = itemgetter(0)


class Lengths(Protocol):
    """The length of each question's vector, by its number."""

    def __getitem__(self, number: int, /) -> float: ...


class Weighing(Protocol):
    """What is asked of an index: how long its questions' vectors are, and what terms weigh in it."""

    @property
    def lengths(self) -> Lengths:
        """The length of each question's vector."""
        ...

    def weigh_terms(self, terms: Sequence[str]) -> list[Weighed | None]:
        """Return what each term weighs, nothing where it is too common, with its questions; None where none has it."""
        ...

    def weights(self, frequency: int) -> tuple[float, float]:
        """Return what a term weighs that so many questions have: a gram, and a word."""
        ...


@dataclass(frozen=True, slots=True)
class Nearby:
    """The questions nearest to a text.

    Attributes:
        neighbours: Similarity and number, the nearest first.
        weights: What each term of the text weighs, with the questions that have it: only terms that some question has.
        mass: The weight of all terms of the text, those no question has among them.
        unknown: The weight of those no question has.
        cosines: The neighbours' cosines, where similarity is more than that.
        meanings: The neighbours' cosines of meaning, where there is an encoder.
    """

    neighbours: list[Neighbour]
    weights: Sequence[Weighed]
    mass: float
    unknown: float
    cosines: Mapping[int, float] | None = None
    meanings: Mapping[int, float] | None = None

    def shared(self, start: int, stop: int) -> float:
        """Return what those of the text's terms weigh that one of the questions from `start` up to `stop` has."""
        total = 0.0
        for weight, postings in self.weights:
            at = bisect_left(postings, start)
            if at < len(postings) and postings[at] < stop:
                total += weight
        return total


def nearest(
    index: Weighing, terms: Sequence[str], limit: int | None, *, without: range = range(0), hurried: bool = True
) -> Nearby:
    """Return the questions nearest to a text; those in `without` count as if they were not there.

    Not `hurried`, it looks at those too that share little beside the best, as the text itself must when it learns.
    """
    weights, mass, unknown = weigh_text(index, terms, without)
    shared = _overlaps(weights, hurried=hurried and not without)
    for number in without:
        shared.pop(number, None)
    lengths, length = index.lengths, math.sqrt(mass) or 1.0
    if hurried and len(shared) > MANY:
        least = HOPELESS * max(shared.values())
        shared = {number: overlap for number, overlap in shared.items() if overlap > least}
    found = sorted([(overlap / lengths[number] / length, number) for number, overlap in shared.items()])
    faint = bisect_left(found, (FAINTEST, math.inf))
    return Nearby(found[: faint - 1 if faint else None : -1][:limit], weights, mass, unknown)


def weigh_text(index: Weighing, terms: Sequence[str], without: range = range(0)) -> tuple[list[Weighed], float, float]:
    """Return the weight of each known term, of all terms together, and of the unknown ones."""
    known = index.weigh_terms(terms)
    if without:
        known = [each if each and not _only_in(each[1], without) else None for each in known]
    unknown, strange = 0.0, index.weights(0)
    for term in itertools.compress(terms, map(not_, known)):
        unknown += strange[term[0] == WORD]
    weights = list(filter(WEIGHT, filter(None, known)))
    return weights, sum(map(WEIGHT, weights), 0.0) + unknown, unknown


def _only_in(postings: Sequence[int], numbers: range) -> bool:
    return postings[0] in numbers and postings[-1] in numbers


def _overlaps(weights: Sequence[Weighed], *, hurried: bool) -> dict[int, float]:
    # A plain dict: a defaultdict takes twice the time, and this is where a query's time goes.
    shared: dict[int, float] = {}
    late = False
    budget, total = POSTINGS, sum(map(WEIGHT, weights))
    left = total
    rarest = sorted(weights, key=WEIGHT, reverse=True)
    for place, (weight, postings) in enumerate(rarest):
        budget -= len(postings)
        if budget < 0 and shared:
            return _complete(shared, rarest[place:])
        # Whoever has only terms from here on would be hopeless (Turtle and Flood, 1995: MaxScore).
        if not late and hurried and len(shared) > MANY and left <= HOPELESS * (total - left):
            late = left <= HOPELESS * max(shared.values())
        left -= weight
        for number in postings:
            if number in shared:
                shared[number] += weight
            elif not late:
                shared[number] = weight
    return shared


def _complete(shared: dict[int, float], common: Iterable[Weighed]) -> dict[int, float]:
    best = dict(heapq.nlargest(2 * COMMON_COUNT, shared.items(), key=lambda item: item[1]))
    for weight, postings in common:
        for number in best:
            at = bisect_left(postings, number)
            if at < len(postings) and postings[at] == number:
                best[number] += weight
    return best
