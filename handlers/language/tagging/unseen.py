"""The likeliest states where jieba's model has not seen a character or a sequence of them; Traditional ones often."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.language.tagging.posseg import IMPOSSIBLE, NEVER, Tables

Scored = tuple[float, int]
Scores = Mapping[int, float]


class Unseen:
    """The same algorithm as `viterbi`, with all that jieba makes of what is not in its tables.

    What was never seen outweighs all else, so that most ways are equally likely, and the last state is taken.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        every = range(len(tables.states))
        self._every = dict.fromkeys(every, NEVER)
        self._sources = [
            [(each, into[each]) for each in reversed(every) if into[each] > IMPOSSIBLE] for into in tables.into
        ]

    def path(self, run: str) -> list[int]:
        """Return the likeliest states, of equally likely ones the last."""
        emitted = dict(self._tables.letters.of(run[0])) or self._every | self._tables.letters.all_of(run[0])
        scores = {each: self._tables.start[each] + probability for each, probability in emitted.items()}
        trellis = []
        for character in run[1:]:
            before = {each: score for each, score in scores.items() if self._tables.leads[each]} or scores
            steps = self._steps(before, character)
            scores = {state: score for state, (score, _) in steps.items()}
            trellis.append({state: source for state, (_, source) in steps.items()})
        return traced(trellis, max(zip(scores.values(), scores, strict=True))[1])

    def _steps(self, before: Scores, character: str) -> dict[int, Scored]:
        """Return the best ways to the character's states, or where it has none that may follow, to all that may."""
        steps = self._ways(before, dict(self._tables.letters.of(character)))
        if not steps:
            steps = self._ways(before, self._every | self._tables.letters.all_of(character))
        return steps or dict.fromkeys(self._every, (IMPOSSIBLE, max(before)))

    def _ways(self, before: Scores, emitted: Mapping[int, float]) -> dict[int, Scored]:
        top = max(before.values())
        ways = ((state, self._way(state, before, probability, top)) for state, probability in emitted.items())
        return {state: way for state, way in ways if way}

    def _way(self, state: int, before: Scores, emitted: float, top: float) -> Scored | None:
        best: Scored | None = None
        for each, into in self._sources[state]:
            score = before.get(each)
            if score is None:
                continue
            now = score + into + emitted
            if best is None or now > best[0]:
                best = now, each
                if now >= top + emitted:
                    break
        return best


def traced(trellis: list[dict[int, int]], last: int) -> list[int]:
    """Return the path to its last state; the trellis has, for each step, by state the one before it."""
    path = [last]
    for sources in reversed(trellis):
        last = sources[last]
        path.append(last)
    return path[::-1]
