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
    """Return the score of each entry that a text's neighbours speak for or against."""
    scores: Votes = {}
    learnt = len(votes)
    for similarity, number in neighbours:
        said = votes[number] if number < learnt else {owners[number]: UNLEARNT}
        for entry, vote in said.items():
            if entry in scores:
                scores[entry] += similarity * vote
            else:
                scores[entry] = similarity * vote
    return scores


def _correct(own: Votes, scores: Votes, owner: int) -> None:
    if scores.get(owner, 0.0) < OWN:
        own[owner] = own.get(owner, 0.0) + (OWN - scores.get(owner, 0.0)) / CAUTION
    claims = [(score, entry) for entry, score in scores.items() if score > OTHER and entry != owner]
    for score, entry in sorted(claims, reverse=True)[:CLAIMS]:
        own[entry] = own.get(entry, 0.0) + (OTHER - score) / CAUTION
