"""A model that says the same again and again is noticed; what was asked to be repeated is not."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.llm.repetition import Repetition

PROSE = " ".join(f"Sentence {number} says something of its own about {number * 7919 % 1000}." for number in range(400))


def repeats(text: str, size: int) -> int | None:
    """Return after how many characters a text in pieces is taken for a loop."""
    repetition = Repetition()
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    return next((number * size for number, piece in enumerate(pieces, 1) if repetition.goes_on(piece)), None)


LONG = "".join(map(chr, range(0x4E00, 0x4E00 + 200)))


@pytest.mark.parametrize("loop", ["哈", "哈哈哈，", "\n", "I am sorry. ", LONG])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_loop_is_noticed_soon(loop: str, size: int) -> None:
    begun = PROSE[:5000]
    found = repeats(begun + loop * 20_000, size)
    assert found is not None
    assert len(begun) + 2000 <= found <= len(begun) + 2000 + 200 + 2 * size


@pytest.mark.parametrize("text", [PROSE, "我爱你 " * 100, "0" * 1900, "| --- |\n" * 200, "abc" * 600 + PROSE])
def test_what_is_no_loop_goes_on(text: str) -> None:
    assert repeats(text, 3) is None


@given(st.text(min_size=1, max_size=200), st.integers(1, 300))
def test_every_period_is_found(period: str, size: int) -> None:
    assert repeats("".join(itertools.islice(itertools.cycle(period), 3000)), size) is not None


def test_a_longer_period_is_an_answers_own() -> None:
    assert repeats(PROSE[:700] * 20, 5) is None
