"""What each question's nearness says for or against each entry: a linear classifier learnt from the FAQ alone.

A text's score for an entry is the sum, over its neighbours, of their similarity times their vote for the entry. Votes
are learnt so that every question is claimed by its own entry and by no other: one-against-rest support vectors in the
passive-aggressive manner (Crammer et al., 2006) over the TF-IDF kernel, confined to neighbours.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from handlers.faq.engine.nearby import Neighbour

# One round each: an order that looks random and in which one question more changes nothing for the others.
SHUFFLES = (2654435761, 2246822519, 3266489917, 668265263)
PRIME = 4294967291
# The score a question should give its own entry at least, and others at most.
OWN, OTHER = 2.0, 0.2
# How far one question may pull: 1 + 1/(2C) with C = 0.3, for texts of length one.
CAUTION = 1 + 1 / 0.6
FIRST = 0.5
# So many wrong claims on a question are answered in one round, the strongest; more would only take time.
CLAIMS = 8
# Votes below this are not kept.
FAINT = 0.1
# What a question says for its entry where nothing was learnt: what it would learn if it stood alone.
UNLEARNT = 1.6

Votes = dict[int, float]


def learn(neighbours: Sequence[Sequence[Neighbour]], owners: Sequence[int], left_out: Sequence[bool]) -> list[Votes]:
    """Return the votes of every question for entries, learnt without the questions that are left out."""
    votes: list[Votes] = [{owner: FIRST} for owner in owners]
    order = [number for number, absent in enumerate(left_out) if not absent]
    heard = [[each for each in near if not left_out[each[1]]] for near in neighbours]
    for multiplier in SHUFFLES:
        order.sort(key=[number * multiplier % PRIME for number in range(len(owners))].__getitem__)
        for number in order:
            _correct(votes[number], tally(heard[number], votes, owners), owners[number])
    return [{entry: vote for entry, vote in each.items() if abs(vote) >= FAINT} for each in votes]


def tally(neighbours: Sequence[Neighbour], votes: Sequence[Votes], owners: Sequence[int]) -> Votes:
    """Return what a text's neighbours say for or against each entry that is among them.

    Of others they speak only ill: no question ever votes for an entry that is not its own.
    """
    scores: Votes = {owners[number]: 0.0 for _, number in neighbours}
    learnt = len(votes)
    for similarity, number in neighbours:
        if number >= learnt:
            scores[owners[number]] += similarity * UNLEARNT
            continue
        for entry, vote in votes[number].items():
            if entry in scores:
                scores[entry] += similarity * vote
    return scores


class Learnt:
    """Votes as they are asked for: nearly all are against, and a text's neighbours vote on few entries that matter.

    Attributes:
        own: What each question says for its own entry.
    """

    def __init__(self, votes: Sequence[Votes], owners: Sequence[int]) -> None:
        # Questions beyond these came later. An array: of a list of floats each lies elsewhere in memory.
        self.own = array("d", [said.get(owner, 0.0) for said, owner in zip(votes, owners, strict=False)])
        # By entry: what questions say for or against it.
        self._about: dict[int, Votes] = {}
        for number, said in enumerate(votes):
            for entry, vote in said.items():
                self._about.setdefault(entry, {})[number] = vote
        self.extend(owners[len(votes) :])

    def extend(self, owners: Sequence[int]) -> None:
        """Take in questions, by their owners, from which nothing was learnt."""
        for number, owner in enumerate(owners, len(self.own)):
            if owner in self._about:
                self._about[owner][number] = UNLEARNT
        self.own.extend([UNLEARNT] * len(owners))

    def about(self, entry: int) -> Votes | None:
        """Return what each question says for or against an entry; None where its own at most speak, and for it."""
        return self._about.get(entry)


class Hearing:
    """What a text's neighbours say, summed up only for the entries where it matters.

    Most of it is done without a line of Python for each neighbour: this is asked all the time.

    Attributes:
        numbers: The neighbours, the nearest first.
        entries: Whose each is.
        hopes: By entry: what its own questions say for it. Nobody else speaks for it, so it will not score higher.
        cosines: By entry, in the same order: the similarity of its nearest question.
        best_cosines: The two highest of them.
        nearest: By entry: the number of that question.
    """

    __slots__ = (
        "_best",
        "_known",
        "_learnt",
        "_similarities",
        "best_cosines",
        "cosines",
        "entries",
        "hopes",
        "nearest",
        "numbers",
    )

    def __init__(self, neighbours: Sequence[Neighbour], learnt: Learnt, owners: Sequence[int]) -> None:
        similarities, numbers = zip(*neighbours, strict=True) if neighbours else ((), ())
        self.numbers: Sequence[int] = numbers
        self._learnt = learnt
        self._similarities: dict[int, float] = dict(zip(numbers, similarities, strict=True))
        self._known: Votes = {}
        self._best: tuple[float, float] | None = None
        own = learnt.own
        self.entries = entries = [owners[number] for number in numbers]
        said = [similarity * own[number] for similarity, number in neighbours]
        self.best_cosines = two_first(entries, similarities)
        # Of what is written twice into a dict, the last stays: the nearest.
        self.cosines: Votes = dict(zip(reversed(entries), reversed(similarities), strict=True))
        self.nearest: dict[int, int] = dict(zip(reversed(entries), reversed(numbers), strict=True))
        self.hopes: Votes = dict(zip(reversed(entries), reversed(said), strict=True))
        if len(self.hopes) < len(entries):
            self.hopes = hopes = dict.fromkeys(self.hopes, 0.0)
            for entry, vote in zip(entries, said, strict=True):
                hopes[entry] += vote

    def score(self, entry: int) -> float:
        """Return what all neighbours together say for an entry."""
        known = self._known.get(entry)
        if known is None:
            known = self._known[entry] = self._sum(entry)
        return known

    def _sum(self, entry: int) -> float:
        about, similarities = self._learnt.about(entry), self._similarities
        if about is None:
            return self.hopes[entry]
        # The nearest first, whichever way it is summed: to the last bit the same.
        if len(about) > len(similarities):
            heard = [number for number in similarities if number in about]
        else:
            near = [(similarities[number], number) for number in about if number in similarities]
            heard = [number for _, number in sorted(near, reverse=True)]
        return sum([similarities[number] * about[number] for number in heard], 0.0)

    def two_best(self) -> tuple[float, float]:
        """Return the two highest scores, nought at least."""
        if self._best is None:
            known = self._known
            first, second = two_best(known.values())
            higher = [entry for entry, hope in self.hopes.items() if hope > second]
            for entry in sorted(higher, key=self.hopes.__getitem__, reverse=True):
                if self.hopes[entry] <= second:
                    break
                if entry in known:
                    continue
                first, second = two_best((first, second, self.score(entry)))
            self._best = first, second
        return self._best


def two_best(heights: Iterable[float]) -> tuple[float, float]:
    """Return the two highest, nought at least."""
    first = second = 0.0
    for height in heights:
        if height > first:
            first, second = height, first
        elif height > second:
            second = height
    return first, second


def two_first(entries: Sequence[int], heights: Sequence[float]) -> tuple[float, float]:
    """Return the heights, which descend, of the first entry and of the first other, nought where there is none."""
    for entry, height in zip(entries, heights, strict=True):
        if entry != entries[0]:
            return heights[0], height
    return heights[0] if entries else 0.0, 0.0


def _correct(own: Votes, scores: Votes, owner: int) -> None:
    if scores.get(owner, 0.0) < OWN:
        own[owner] = own.get(owner, 0.0) + (OWN - scores.get(owner, 0.0)) / CAUTION
    claims = [(score, entry) for entry, score in scores.items() if score > OTHER and entry != owner]
    for score, entry in sorted(claims, reverse=True)[:CLAIMS]:
        own[entry] = own.get(entry, 0.0) + (OTHER - score) / CAUTION
