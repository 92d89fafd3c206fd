"""What each question's nearness says for or against each entry: a linear classifier learnt from the FAQ alone.

A text's score for an entry is the sum, over its neighbours, of their similarity times their vote for the entry. Votes
are learnt so that every question is claimed by its own entry and by no other: one-against-rest support vectors in the
passive-aggressive manner (Crammer et al., 2006) over the TF-IDF kernel, confined to neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.faq.index import Neighbour

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


class Hearing:
    """What a text's neighbours say, summed up only for the entries where it matters: nearly all votes are against."""

    def __init__(self, neighbours: Sequence[Neighbour], votes: Sequence[Votes], owners: Sequence[int]) -> None:
        self._said: list[tuple[float, Votes]] = []
        self._known: Votes = {}
        # By entry: what its own questions say for it. Nobody else speaks for it, so it will not score higher.
        self.hopes: Votes = {}
        hopes, learnt = self.hopes, len(votes)
        for similarity, number in neighbours:
            owner = owners[number]
            said = votes[number] if number < learnt else {owner: UNLEARNT}
            self._said.append((similarity, said))
            vote = similarity * said.get(owner, 0.0)
            hopes[owner] = hopes[owner] + vote if owner in hopes else vote

    def score(self, entry: int) -> float:
        """Return what all neighbours together say for an entry."""
        known = self._known.get(entry)
        if known is None:
            known = sum([similarity * said[entry] for similarity, said in self._said if entry in said])
            self._known[entry] = known
        return known

    def two_best(self) -> tuple[float, float]:
        """Return the two highest scores, nought at least."""
        first = second = 0.0
        hopes = self.hopes
        for entry in sorted(hopes, key=hopes.__getitem__, reverse=True):
            if hopes[entry] <= second:
                break
            first, second, _ = sorted((first, second, self.score(entry)), reverse=True)
        return first, second


def _correct(own: Votes, scores: Votes, owner: int) -> None:
    if scores.get(owner, 0.0) < OWN:
        own[owner] = own.get(owner, 0.0) + (OWN - scores.get(owner, 0.0)) / CAUTION
    claims = [(score, entry) for entry, score in scores.items() if score > OTHER and entry != owner]
    for score, entry in sorted(claims, reverse=True)[:CLAIMS]:
        own[entry] = own.get(entry, 0.0) + (OTHER - score) / CAUTION
