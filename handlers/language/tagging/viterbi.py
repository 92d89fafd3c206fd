"""The likeliest states of a run of characters: A. Viterbi, Error bounds …, IEEE Trans. Inf. Theory 1967, 13 (2).

Of equally likely ones it is the last, as with jieba. The 256 states are numbered place by place: B, E, M, S. Within a
word the tag stays: B and M lead to the E and M of their own tag only, and only E and S lead to the next word's B or S.
That leaves few ways to look at.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from handlers.language.tagging.posseg import IMPOSSIBLE, Tables
from handlers.language.tagging.unseen import Unseen, traced

# What is less likely than this, jieba has never seen; it matters only where nothing else is left.
DEAD = -1e50
# Far more than rounding may move a sum by, and far less than likelihoods differ by.
SLACK = 1e-6
# Where the states of a place begin, after those of B.
E, M, S = 64, 128, 192
# Characters that are in no word are some thousand in ten thousand messages.
REMEMBERED = 2048

# The logarithm of a likelihood, and the state that has it.
Scored = tuple[float, int]
# By state, the one before it.
Sources = dict[int, int]


class Letter(NamedTuple):
    """What a character may be, of what was seen in training.

    Attributes:
        begins: By tag, the logarithm of being first and beginning a longer word.
        single: The same of being first and a word by itself, with the state; the likeliest first.
        heads: The states that begin a word (B, S): how likely it is at most, coming after the likeliest state for it;
            the state; the logarithm of standing for the character; and those of coming after each state. The likeliest
            at most come first.
        tails: By tag, the states that go on with a word (E, M), each with the logarithm of standing for the character,
            and those of coming after its tag's B and M.
    """

    begins: dict[int, float]
    single: list[Scored]
    heads: list[tuple[float, int, float, tuple[float, ...]]]
    tails: dict[int, list[tuple[int, float, float, float]]]


class Reached(NamedTuple):
    """How likely what can stand at a place is: words that end there (E, S), and by tag words begun and gone on with."""

    ended: list[Scored]
    begun: dict[int, float]
    inside: dict[int, float]

    def best(self) -> Scored | None:
        """Return the likeliest state, of equally likely ones the last."""
        inside = ((score, its_tag + M) for its_tag, score in self.inside.items())
        begun = ((score, its_tag) for its_tag, score in self.begun.items())
        return max((*self.ended, *begun, *inside), default=None)


class Viterbi:
    """Finds paths through the states of a model."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._most = tuple(map(max, tables.into))
        self._unseen = Unseen(tables)
        self._letter = functools.lru_cache(REMEMBERED)(self._read)

    def forget(self) -> None:
        """Forget the characters that were seen before."""
        self._letter.cache_clear()

    def path(self, run: str) -> list[int]:
        """Return the likeliest states of a run of Chinese characters.

        A path over what was seen in training beats any other; where there is none, all have to be looked at.
        """
        letters = [*map(self._letter, run)]
        reached = Reached(letters[0].single, letters[0].begins, {})
        trellis = []
        for at in range(1, len(letters) - 1):
            sources: Sources = {}
            reached = _step(reached, letters[at], letters[at + 1].tails, sources)
            trellis.append(sources)
        if len(letters) > 1:
            reached = _step(reached, letters[-1], None, sources := {})
            trellis.append(sources)
        best = reached.best()
        return traced(trellis, best[1]) if best else self._unseen.path(run)

    def _read(self, character: str) -> Letter:
        start = self._tables.start
        letter = Letter({}, [], [], defaultdict(list))
        for state, emitted in self._tables.letters.of(character):
            into, first = self._tables.into[state], start[state] + emitted
            if E <= state < S:
                its_tag = state % E
                letter.tails[its_tag].append((state, emitted, into[its_tag], into[its_tag + M]))
                continue
            letter.heads.append((emitted + self._most[state], state, emitted, into))
            if first > DEAD and state < E:
                letter.begins[state] = first
            elif first > DEAD:
                letter.single.append((first, state))
        letter.single.sort(reverse=True)
        letter.heads.sort(reverse=True)
        return letter._replace(tails=dict(letter.tails))


def _step(before: Reached, letter: Letter, following: Mapping[int, object] | None, sources: Sources) -> Reached:
    """Return what can stand at the next character, where a word may be begun if it can go on; or at the last one."""
    ended, inside = _continued(before, letter, sources)
    reached = Reached(ended, {}, inside)
    if before.ended:
        _add_begun(reached, before.ended, letter, following, sources)
        ended.sort(reverse=True)
    return reached


def _continued(before: Reached, letter: Letter, sources: Sources) -> tuple[list[Scored], dict[int, float]]:
    """Return how likely the words under way end here or go on."""
    begun, going, tails = before.begun, before.inside, letter.tails
    ended, inside = [], {}
    for its_tag in tails.keys() & (begun.keys() | going.keys() if going else begun.keys()):
        begin, middle = begun.get(its_tag, IMPOSSIBLE), going.get(its_tag, IMPOSSIBLE)
        for state, emitted, after_begin, after_middle in tails[its_tag]:
            now, source = begin + after_begin + emitted, its_tag
            if middle > DEAD and middle + after_middle + emitted >= now:
                now, source = middle + after_middle + emitted, its_tag + M
            if now > DEAD:
                sources[state] = source
                if state < M:
                    ended.append((now, state))
                else:
                    inside[its_tag] = now
    return ended, inside


def _add_begun(
    reached: Reached, before: list[Scored], letter: Letter, following: Mapping[int, object] | None, sources: Sources
) -> None:
    """Add how likely words begin here. At the last character, only what can be the likeliest of all matters."""
    top, floor = before[0][0], IMPOSSIBLE
    if following is None and (best := reached.best()):
        floor = best[0] - SLACK
    for bound, state, emitted, into in letter.heads:
        if top + bound < floor:
            break
        if following is not None and state < E and state not in following:
            continue
        score, source = _likeliest(before, bound, emitted, into)
        if source < 0:
            continue
        sources[state] = source
        if following is None:
            floor = max(floor, score - SLACK)
        if state < E:
            reached.begun[state] = score
        else:
            reached.ended.append((score, state))


def _likeliest(before: list[Scored], bound: float, emitted: float, into: tuple[float, ...]) -> tuple[float, int]:
    """Return how likely a state is after the likeliest one for it, and that one; -1 where there is none."""
    least = IMPOSSIBLE
    best, source = DEAD, -1
    for score, each in before:
        if score < least:
            break
        now = score + into[each] + emitted
        if now > best:
            best, source = now, each
            # None after this can be better, as likely as its next step may be.
            least = now - bound - SLACK
        elif now == best and each > source:
            source = each
    return best, source
