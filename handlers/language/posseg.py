"""The tables of jieba.posseg's hidden Markov model, read from its files into few and flat ones."""

from __future__ import annotations

import pickle
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.language.lexicon import data

# What jieba takes for the logarithm of the probability of what it has never seen.
NEVER = -3.14e100
IMPOSSIBLE = float("-inf")
FIRST, LAST = 0x4E00, 0x9FD5
# In the large files: a state; or a character, and in one of them its logarithm.
ENTRY = re.compile(r"\('(\w)',\s*'(\w+)'\)|'\\u(\w{4})'(?:: ([-\d.e]+))?")
A_STEP = 256

State = tuple[str, str]
Rows = Mapping[int, Mapping[int, float]]


@dataclass(slots=True)
class Letters:
    """What characters may stand for, by their distance from `FIRST`.

    Attributes:
        offsets: Where the part of a character begins in the last two tables.
        possible: How many states of its part it may have; others only if need be.
        states: The states' numbers; those that it may have come first, rising.
        emitted: The logarithms of the probabilities that they stand for it.
    """

    offsets: array[int]
    possible: array[int]
    states: bytearray
    emitted: array[float]

    def of(self, character: str) -> Iterable[tuple[int, float]]:
        """Return the states that a character may have, and how likely each stands for it."""
        at = ord(character) - FIRST
        begin = self.offsets[at]
        end = begin + self.possible[at]
        return zip(self.states[begin:end], self.emitted[begin:end], strict=True)

    def all_of(self, character: str) -> dict[int, float]:
        """Return how likely each state stands for a character; those that never do are left out."""
        at = ord(character) - FIRST
        part = slice(self.offsets[at], self.offsets[at + 1])
        return dict(zip(self.states[part], self.emitted[part], strict=True))


@dataclass(frozen=True, slots=True)
class Tables:
    """Logarithms of probabilities by the numbers of states, which are numbered in jieba's order.

    Attributes:
        states: Place in a word (B, E, M or S: single) and tag.
        start: Of being first, by state.
        into: Of coming after another state, by state and that one.
        leads: Whether any state may come after it, by state.
        letters: What characters may stand for.
    """

    states: tuple[State, ...]
    start: tuple[float, ...]
    into: tuple[tuple[float, ...], ...]
    leads: tuple[bool, ...]
    letters: Letters


def read() -> Iterator[Tables | None]:
    """Yield the tables at last, and None after each step before that; all in all it takes a third of a second."""
    start, after = _unpickled("prob_start.p"), _unpickled("prob_trans.p")
    states = tuple(sorted(start))
    number = {state: place for place, state in enumerate(states)}
    into = [[IMPOSSIBLE] * len(states) for _ in states]
    for state, following in after.items():
        for each, probability in following.items():
            into[number[each]][number[state]] = probability
    yield None
    emitted: dict[int, dict[int, float]] = defaultdict(dict)
    yield from _emitted(number, emitted)
    may: dict[int, list[int]] = defaultdict(list)
    yield from _may(number, may)
    letters = Letters(array("I", [0]), array("B"), bytearray(), array("d"))
    yield from _flat(may, emitted, letters)
    leads = tuple(bool(after[state]) for state in states)
    yield Tables(states, tuple(start[state] for state in states), tuple(map(tuple, into)), leads, letters)


def _emitted(number: Mapping[State, int], emitted: dict[int, dict[int, float]]) -> Iterator[None]:
    state = 0
    for found in _entries("prob_emit.py"):
        if found is None:
            yield
        elif found[1]:
            state = number[found[1], found[2]]
        else:
            emitted[int(found[3], 16)][state] = float(found[4])


def _may(number: Mapping[State, int], may: dict[int, list[int]]) -> Iterator[None]:
    its: list[int] = []
    for found in _entries("char_state_tab.py"):
        if found is None:
            yield
        elif found[1]:
            its.append(number[found[1], found[2]])
        else:
            its = may[int(found[3], 16)]


def _flat(may: Mapping[int, list[int]], emitted: Rows, letters: Letters) -> Iterator[None]:
    for code in range(FIRST, LAST + 1):
        if code % A_STEP == 0:
            yield
        its, known = sorted(may.get(code, ())), emitted.get(code, {})
        states = [*its, *(each for each in known if each not in its)]
        letters.states += bytes(states)
        letters.emitted.extend(known.get(each, NEVER) for each in states)
        letters.possible.append(len(its))
        letters.offsets.append(len(letters.states))


def _entries(name: str) -> Iterator[re.Match[str] | None]:
    """Yield the entries of a file, and None now and then."""
    for count, found in enumerate(ENTRY.finditer(data("posseg", name).read_text("ascii"))):
        if count % A_STEP == 0:
            yield None
        yield found


def _unpickled(name: str) -> Any:
    with data("posseg", name).open("rb") as file:
        return pickle.load(file)  # noqa: S301 — a file of the installed package, as trusted as its code
