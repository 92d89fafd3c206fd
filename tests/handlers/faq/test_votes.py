"""Votes: what is summed only where it matters is the same as what is summed everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.faq.engine.index import Index
from handlers.faq.engine.nearby import MANY, nearest
from handlers.faq.engine.votes import Hearing, Learnt, Votes, tally

OWNERS = (0, 0, 1, 2, 2, 2, 3, 4)
SIMILARITIES = st.floats(0.03, 1)
NEIGHBOURS = st.dictionaries(st.sampled_from(range(len(OWNERS))), SIMILARITIES, min_size=1).map(
    lambda found: sorted(((similarity, number) for number, similarity in found.items()), reverse=True)
)


@st.composite
def learnt(draw: st.DrawFn) -> list[Votes]:
    """Return votes as they are learnt: for its own entry each question speaks, of others only ill."""
    others = st.dictionaries(st.sampled_from(sorted(set(OWNERS))), st.floats(-3, -0.1))
    known = draw(st.integers(0, len(OWNERS)))
    return [draw(others) | {owner: draw(st.floats(0.1, 3))} for owner in OWNERS[:known]]


@given(NEIGHBOURS, learnt())
def test_an_entrys_score_is_the_sum_of_all_votes_on_it(neighbours: list[tuple[float, int]], votes: list[Votes]) -> None:
    heard = Hearing(neighbours, Learnt(votes, OWNERS), OWNERS)
    assert {entry: heard.score(entry) for entry in heard.hopes} == pytest.approx(tally(neighbours, votes, OWNERS))


@given(NEIGHBOURS, learnt())
def test_the_two_best_are_found_without_summing_all(neighbours: list[tuple[float, int]], votes: list[Votes]) -> None:
    every = sorted([0.0, 0.0, *tally(neighbours, votes, OWNERS).values()], reverse=True)
    assert Hearing(neighbours, Learnt(votes, OWNERS), OWNERS).two_best() == pytest.approx(tuple(every[:2]))


def test_what_is_hopeless_is_left_out_and_nothing_else_changes() -> None:
    index = Index()
    for number in range(4 * MANY):
        index.add(number, (f"rare{number % 7}", f"some{number % 40}", f"own{number}", f"half{number % 13}"))
    index.weigh_all()
    asked = ("rare3", "some3", "own3", "half3", "half4", "some9")
    hurried, thorough = nearest(index, asked, 30), nearest(index, asked, 30, hurried=False)
    assert hurried.neighbours[0] == thorough.neighbours[0]
    assert set(hurried.neighbours) <= set(nearest(index, asked, None, hurried=False).neighbours)
