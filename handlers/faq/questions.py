"""All questions of an FAQ in one index, what was learnt from them, and the scores of entries for a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from handlers.faq.analysis import Analysis, analyse
from handlers.faq.index import Index, Nearby, Neighbour
from handlers.faq.scores import CLOSELY, Ground, Scores, score
from handlers.faq.votes import Votes, learn

NEIGHBOURS = 64
# While learning some neighbours are left out: look for more.
LEARNT_FROM = 96
# An FAQ of more questions than this is used as it stands: learning would take longer than a start may.
LEARNABLE = 3000
FOLDS = 4
# Questions tried where all would be too many.
TRIALS = 600


class Questions:
    """Every way to ask every entry, numbered, an entry's one after the other."""

    def __init__(self) -> None:
        self._index = Index()
        self._texts: list[str] = []
        self._keys: list[str] = []
        self._owners: list[int] = []
        self._spans: list[range] = []
        self._votes: list[Votes] = []
        self._present = 0

    def add(self, owned: Iterable[Sequence[str]]) -> range:
        """Add the questions of entries, weigh them when all are in, and return the entries' numbers."""
        before, added = len(self._spans), list[tuple[int, Analysis]]()
        for texts in owned:
            start = len(self._keys)
            added += [(number, self._append(text)) for number, text in enumerate(texts, start)]
            self._spans.append(range(start, len(self._keys)))
        for number, analysis in added:
            self._index.weigh(number, analysis.terms)
        self._present += len(self._spans) - before
        return range(before, len(self._spans))

    def remove(self, entry: int) -> None:
        """Take an entry's questions out; its number is not used again."""
        for number in self._spans[entry]:
            self._index.remove(number, analyse(self._texts[number]).terms)
            self._keys[number] = self._texts[number] = ""
        self._spans[entry] = range(0)
        self._present -= 1

    def score(self, text: Analysis, limit: int = CLOSELY) -> list[Scores]:
        """Return the scores of the likeliest entries for a text."""
        return score(text, self._index.nearest(text.terms, NEIGHBOURS), self._votes, self._ground, limit)

    def learn(self) -> Iterator[list[Scores]]:
        """Learn what questions say for entries; yield what each question would score with its entry left out."""
        self._votes = []
        if len(self._index) > LEARNABLE:
            yield from self._tried_alone()
            return
        numbers = [number for span in self._spans for number in span]
        analyses = {number: analyse(self._texts[number]) for number in numbers}
        near: list[list[Neighbour]] = [[] for _ in self._keys]
        for number, analysis in analyses.items():
            near[number] = self._index.nearest(analysis.terms, LEARNT_FROM).neighbours
        for fold in range(FOLDS):
            left_out = [owner % FOLDS == fold for owner in self._owners]
            votes = learn(near, self._owners, left_out)
            for number in numbers:
                if left_out[number]:
                    yield self._score_left_out(analyses[number], number, near[number], votes, left_out)
        self._votes = learn(near, self._owners, [not key for key in self._keys])

    @property
    def _ground(self) -> Ground:
        return Ground(self._index, self._keys, self._owners, self._spans, self._present)

    def _append(self, text: str) -> Analysis:
        number, analysis = len(self._keys), analyse(text)
        self._keys.append(analysis.key)
        self._owners.append(len(self._spans))
        self._texts.append(text)
        self._index.add(number, analysis.terms)
        return analysis

    def _score_left_out(
        self, text: Analysis, number: int, near: list[Neighbour], votes: list[Votes], left_out: list[bool]
    ) -> list[Scores]:
        weights, mass, unknown = self._index.weigh_text(text.terms, self._spans[self._owners[number]])
        neighbours = [each for each in near if not left_out[each[1]]][:NEIGHBOURS]
        return score(text, Nearby(neighbours, weights, mass, unknown), votes, self._ground)

    def _tried_alone(self) -> Iterator[list[Scores]]:
        spans = [span for span in self._spans if span]
        for span in spans[:: max(1, len(spans) // TRIALS)]:
            text = analyse(self._texts[span.start])
            nearby = self._index.nearest(text.terms, NEIGHBOURS, without=span)
            yield score(text, nearby, self._votes, self._ground)
