"""Which questions of an FAQ further words cut otherwise: found without a look at all others, the rarest words first."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import ahocorasick_rs

from handlers.faq.engine.analysis import RUNS
from handlers.language.script.normalise import fold
from handlers.language.script.numerals import with_digits

# No more questions are cut anew, and no more of their terms are kept: 44 kB.
MOST_QUESTIONS, MOST_CHANGES = 1000, 3000
BETWEEN = "\n"

Terms = tuple[str, ...]


def numbers_with(words: Iterable[str], keys: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of the questions whose letters have those of one of the words, the rarest word's first.

    What most questions have tells least: where there are too many, it is left out.
    """
    letters = list(dict.fromkeys(filter(None, (_letters(word) for word in words))))
    if not letters:
        return
    starts = list(itertools.accumulate((len(key) + len(BETWEEN) for key in keys), initial=0))
    found: dict[int, set[int]] = defaultdict(set)
    automaton = ahocorasick_rs.AhoCorasick(letters, store_patterns=False)
    for word, start, _ in automaton.find_matches_as_indexes(BETWEEN.join(keys), overlapping=True):
        found[word].add(bisect_right(starts, start) - 1)
    for numbers in sorted(found.values(), key=len):
        yield from sorted(numbers)


def bounded(changed: Iterable[tuple[int, Terms, Terms]]) -> dict[int, tuple[Terms, Terms]]:
    """Return the terms of questions before and after where they differ, as long as there is room for the difference."""
    found: dict[int, tuple[Terms, Terms]] = {}
    room = MOST_CHANGES
    for number, before, after in changed:
        room -= len(set(before).symmetric_difference(after))
        if room < 0 or len(found) == MOST_QUESTIONS:
            break
        if set(before) != set(after):
            found[number] = before, after
    return found


def _letters(word: str) -> str:
    return "".join(RUNS.findall(with_digits(fold(word))))
