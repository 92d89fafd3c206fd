"""The tables of jieba.posseg's hidden Markov model, read from its files into few and flat ones."""

from __future__ import annotations

import pickle
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.language.segmentation.lexicon import data

# What jieba takes for the logarithm of the probability of what it has never seen.
NEVER = -3.14e100
IMPOSSIBLE = float("-inf")
FIRST, LAST = 0x4E00, 0x9FD5
# In the large files: a state; or a character, and in one of them its logarithm.
ENTRY = re.compile(r"\('(\w)',\s*'(\w+)'\)|'\\u(\w{4})'(?:: ([-\d.e]+))?")
A_STEP = 256

State = tuple[str, str]


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
    emitted = Emitted()
    yield from _read_emitted(number, emitted)
    letters = Letters(array("I", [0]), array("B"), bytearray(), array("d"))
    yield from _read_letters(number, emitted, letters)
    leads = tuple(bool(after[state]) for state in states)
    yield Tables(states, tuple(start[state] for state in states), tuple(map(tuple, into)), leads, letters)


class Emitted:
    """What stands for what and how likely, as it comes: states and logarithms, and for each the one before it."""

    def __init__(self) -> None:
        self._states, self._probabilities, self._before = array("B"), array("d"), array("i")
        self._last = array("i", [-1]) * (LAST + 1 - FIRST)

    def add(self, code: int, state: int, probability: float) -> None:
        """Add that a state stands for a character."""
        self._before.append(self._last[code - FIRST])
        self._last[code - FIRST] = len(self._states)
        self._states.append(state)
        self._probabilities.append(probability)

    def of(self, code: int) -> dict[int, float]:
        """Return the states that stand for a character, and how likely."""
        found, at = {}, self._last[code - FIRST]
        while at >= 0:
            found[self._states[at]] = self._probabilities[at]
            at = self._before[at]
        return found


def _read_emitted(number: Mapping[State, int], emitted: Emitted) -> Iterator[None]:
    state = 0
    for found in _entries("prob_emit.py"):
        if found is None:
            yield
        elif found[1]:
            state = number[found[1], found[2]]
        else:
            emitted.add(int(found[3], 16), state, float(found[4]))


def _read_letters(number: Mapping[State, int], emitted: Emitted, letters: Letters) -> Iterator[None]:
    may: dict[int, bytearray] = {}
    its = bytearray()
    for found in _entries("char_state_tab.py"):
        if found is None:
            yield
        elif found[1]:
            its.append(number[found[1], found[2]])
        else:
            its = may[int(found[3], 16)] = bytearray()
    for code in range(FIRST, LAST + 1):
        if code % A_STEP == 0:
            yield
        known = emitted.of(code)
        possible = sorted(may.get(code, b""))
        states = [*possible, *(each for each in known if each not in possible)]
        letters.states += bytes(states)
        letters.emitted.extend(known.get(each, NEVER) for each in states)
        letters.possible.append(len(possible))
        letters.offsets.append(len(letters.states))


def _entries(name: str) -> Iterator[re.Match[str] | None]:
    """Yield the entries of a file, and None now and then."""
    with data("posseg", name).open(encoding="ascii") as lines:
        for number, line in enumerate(lines):
            if number % A_STEP == 0:
                yield None
            yield from ENTRY.finditer(line)


def _unpickled(name: str) -> Any:
    with data("posseg", name).open("rb") as file:
        return pickle.load(file)  # noqa: S301 — a file of the installed package, as trusted as its code
