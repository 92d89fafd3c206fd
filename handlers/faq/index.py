"""The inverted index: which questions share anything with a text, and how much. TF-IDF cosine, exact for the best."""

from __future__ import annotations

import heapq
import itertools
import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter, not_

from handlers.faq.analysis import WORD

# How many postings one text may visit: beyond it the commoner terms are looked up for the best questions only.
POSTINGS = 6_000
# A term that more than this part of all questions have (and more than so many) tells nothing and weighs nothing.
COMMON_SHARE = 0.04
COMMON_COUNT = 40
# A word counts this much more than a character n-gram.
WORD_WEIGHT = 1.4
# Questions less similar than this are no neighbours.
FAINTEST = 0.03

# Where more questions than this share something, those that share less than this part of the most are not looked at.
MANY, HOPELESS = 100, 0.2

Neighbour = tuple[float, int]
# What a term weighs, and which questions have it.
Weighed = tuple[float, "array[int]"]
WEIGHT: Callable[[Weighed], float] = itemgetter(0)


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


class Index:
    """Numbered questions by their terms, weighted by squared inverse document frequency."""

    def __init__(self) -> None:
        self._postings: dict[str, array[int]] = {}
        self._norms = array("f")
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
        self._norms.extend([math.inf] * (number + 1 - len(self._norms)))
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
        cap, total = self._cap, 0.0
        for term in terms:
            frequency = len(self._postings[term])
            if frequency <= cap:
                total += self._weight(frequency)[term[0] == WORD]
        self._norms[number] = math.sqrt(total) or math.inf

    def weigh_all(self) -> None:
        """Set the lengths of all vectors by what is in the index now."""
        squares, cap = [0.0] * len(self._norms), self._cap
        for term, postings in self._postings.items():
            if len(postings) <= cap:
                weight = self._weight(len(postings))[term[0] == WORD]
                for number in postings:
                    squares[number] += weight
        self._norms = array("f", [math.sqrt(square) or math.inf for square in squares])

    def covered(self, similarity: float, mass: float, number: int) -> float:
        """Return the share of a question's weight that a text of this mass and similarity has."""
        return similarity * math.sqrt(mass) / self._norms[number]

    def asked(self, similarity: float, mass: float, number: int) -> float:
        """Return the share of a text's weight that a question of this similarity has."""
        return similarity * self._norms[number] / math.sqrt(mass)

    def shared(self, weights: Iterable[Weighed], start: int, stop: int) -> float:
        """Return what those of the weighed terms weigh that one of the questions from `start` up to `stop` has."""
        total = 0.0
        for weight, postings in weights:
            at = bisect_left(postings, start)
            if at < len(postings) and postings[at] < stop:
                total += weight
        return total

    def questions_with(self, term: str) -> array[int]:
        """Return the numbers of the questions that have a term, ascending."""
        return self._postings.get(term) or array("I")

    def length(self, number: int) -> float:
        """Return the length of a question's vector."""
        return self._norms[number]

    def nearest(
        self, terms: Sequence[str], limit: int | None, *, without: range = range(0), hurried: bool = True
    ) -> Nearby:
        """Return the questions nearest to a text; those in `without` count as if they were not there.

        Not `hurried`, it looks at those too that share little beside the best, as the text itself must when it learns.
        """
        weights, mass, unknown = self.weigh_text(terms, without)
        shared = self._overlaps(weights, hurried=hurried and not without)
        for number in without:
            shared.pop(number, None)
        norms, length = self._norms, math.sqrt(mass) or 1.0
        if hurried and len(shared) > MANY:
            least = HOPELESS * max(shared.values())
            shared = {number: overlap for number, overlap in shared.items() if overlap > least}
        found = sorted([(overlap / norms[number] / length, number) for number, overlap in shared.items()])
        faint = bisect_left(found, (FAINTEST, math.inf))
        return Nearby(found[: faint - 1 if faint else None : -1][:limit], weights, mass, unknown)

    @property
    def _cap(self) -> float:
        return max(COMMON_COUNT, COMMON_SHARE * self._count)

    def weigh_text(self, terms: Sequence[str], without: range = range(0)) -> tuple[list[Weighed], float, float]:
        """Return the weight of each known term, of all terms together, and of the unknown ones."""
        known = list(map(self._weighed.get, terms))
        unknown, strange, new = 0.0, self._weight(0), dict[str, Weighed]()
        for term in itertools.compress(terms, map(not_, known)):
            if each := self.weigh_term(term):
                new[term] = each
            else:
                unknown += strange[term[0] == WORD]
        if new:
            known = [each or new.get(term) for each, term in zip(known, terms, strict=True)]
        if without:
            known = [each if each and not _only_in(each[1], without) else None for each in known]
            unknown = sum([strange[term[0] == WORD] for term in itertools.compress(terms, map(not_, known))], 0.0)
        weights = list(filter(WEIGHT, filter(None, known)))
        return weights, sum(map(WEIGHT, weights), 0.0) + unknown, unknown

    def weigh_term(self, term: str) -> Weighed | None:
        """Return what a term weighs, nothing where it is too common, with its questions; None where none has it."""
        known = self._weighed.get(term)
        if known:
            return known
        postings = self._postings.get(term)
        if postings is None:
            return None
        weight = self._weight(len(postings))[term[0] == WORD] if len(postings) <= self._cap else 0.0
        self._weighed[term] = weight, postings
        return weight, postings

    def _weight(self, frequency: int) -> tuple[float, float]:
        """Return the squared inverse document frequency, smoothed: of a gram, and of a word."""
        known = self._weights.get(frequency)
        if known is None:
            gram = math.log(1 + (self._count + 1) / (1 + frequency)) ** 2
            known = self._weights[frequency] = (gram, gram * WORD_WEIGHT * WORD_WEIGHT)
        return known

    @staticmethod
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


def _only_in(postings: Sequence[int], numbers: range) -> bool:
    return postings[0] in numbers and postings[-1] in numbers


def _complete(shared: dict[int, float], common: Iterable[Weighed]) -> dict[int, float]:
    best = dict(heapq.nlargest(2 * COMMON_COUNT, shared.items(), key=lambda item: item[1]))
    for weight, postings in common:
        for number in best:
            at = bisect_left(postings, number)
            if at < len(postings) and postings[at] == number:
                best[number] += weight
    return best
