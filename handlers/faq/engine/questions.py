"""All questions of an FAQ in one index, what was learnt from them, and the scores of entries for a text."""

from __future__ import annotations

import copy
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rapidfuzz import fuzz

from handlers.faq.engine.analysis import HAN, WORD, Analysis, Cut, analyse, stem
from handlers.faq.engine.encoder import Encoder
from handlers.faq.engine.index import Index
from handlers.faq.engine.lookalike import contradict
from handlers.faq.engine.meaning import Meanings
from handlers.faq.engine.nearby import Nearby, Neighbour, Weighing, nearest, weigh_text
from handlers.faq.engine.overlay import Overlay, Recut
from handlers.faq.engine.recutting import bounded, numbers_with
from handlers.faq.engine.scores import CLOSELY, Ground, Scores, score
from handlers.faq.engine.votes import Learnt, learn
from handlers.language.script.normalise import fold
from handlers.language.segmentation.segment import cut_for_search

NEIGHBOURS = 64
# While learning some neighbours are left out: look for more.
LEARNT_FROM = 96
# An FAQ of more questions than this is used as it stands, judged by a model that was fitted to that: to learn from so
# many would take longer than a start may.
LEARNABLE = 3000
FOLDS = 4
# Of so many neighbours, those whose letters are this similar (in hundredths) are doubles.
NEARLY, DOUBLE = 8, 90
# More new questions than this are weighed together with all others.
FEW = 100
# Questions tried where all would be too many.
TRIALS = 600


class Questions:
    """Every way to ask every entry, numbered, an entry's one after the other."""

    def __init__(
        self, encoder: Encoder | None = None, cut: Cut = cut_for_search, *, learnable: int = LEARNABLE
    ) -> None:
        self._cut = cut
        self._learnable = learnable
        self._index = Index()
        # What they are found by: the index, or one that lies over it.
        self._weighing: Weighing = self._index
        self._meanings = Meanings(encoder) if encoder else None
        self._texts: list[str] = []
        self._keys: list[str] = []
        self._owners = array("I")
        self._spans: list[range] = []
        self._learnt = Learnt((), ())
        self._present = 0
        self._doubles: list[tuple[int, int]] = []
        self._ground = self._laid()

    def add(self, owned: Iterable[Sequence[str]]) -> range:
        """Add the questions of entries, weigh them, and return the entries' numbers."""
        first, before = len(self._keys), len(self._spans)
        for texts in owned:
            start = len(self._keys)
            for text in texts:
                self._append(text)
            self._spans.append(range(start, len(self._keys)))
        self._present += len(self._spans) - before
        self._ground = self._laid()
        self._learnt.extend(self._owners[first:])
        self._weigh_from(first)
        if self._meanings:
            self._meanings.add([fold(text) for text in self._texts[first:]])
        return range(before, len(self._spans))

    def _weigh_from(self, first: int) -> None:
        if len(self._keys) - first > FEW:
            self._index.weigh_all()
            return
        for number in range(first, len(self._keys)):
            self._index.weigh(number, self.analyse(self._texts[number]).terms)

    def remove(self, entry: int) -> None:
        """Take an entry's questions out; its number is not used again."""
        for number in self._spans[entry]:
            self._index.remove(number, self.analyse(self._texts[number]).terms)
            self._keys[number] = self._texts[number] = ""
        if self._meanings:
            self._meanings.remove(self._spans[entry])
        self._spans[entry] = range(0)
        self._present -= 1
        self._ground = self._laid()

    def analyse(self, text: str) -> Analysis:
        """Take a text apart as these questions are."""
        return analyse(text, self._cut)

    def score(self, text: Analysis, limit: int = CLOSELY, meaning: Sequence[float] | None = None) -> list[Scores]:
        """Return the scores of the likeliest entries for a text; `meaning` is its vector where that is known."""
        vector = self._meaning(text, meaning)
        return score(text, self._nearest(text, vector, NEIGHBOURS), self._learnt, self._ground, limit)

    @property
    def learnable(self) -> bool:
        """Whether they are few enough that something is learnt from them."""
        return len(self._index) <= self._learnable

    @property
    def kind(self) -> str:
        """The name of the shipped model that judges their scores."""
        kind = "semantic" if self._meanings else "lexical"
        return kind if self.learnable else f"{kind}-unlearnt"

    def text(self, number: int) -> str:
        """Return a question as it stands in the FAQ."""
        return self._texts[number]

    def spread(self, word: str) -> int:
        """Return in how many entries' questions a folded word stands: a Chinese one anywhere, another as a word."""
        if HAN.search(word):
            return len({self._owners[number] for number, key in enumerate(self._keys) if word in key})
        return len({self._owners[number] for number in self._index.questions_with(WORD + stem(word))})

    @property
    def index(self) -> Weighing:
        """The index that these questions are found by."""
        return self._weighing

    def recut(self, words: Iterable[str], cut: Cut) -> Recut:
        """Return which questions have other terms when `cut`, which knows further words, cuts them. Nothing changes."""
        found = dict.fromkeys(numbers_with(words, self._keys))
        every = ((number, self._texts[number]) for number in found)
        return Recut.over(
            self._index, bounded((each, self.analyse(text).terms, analyse(text, cut).terms) for each, text in every)
        )

    def over(self, recut: Recut, cut: Cut) -> Questions:
        """Return these questions as who cuts so reads them. They share all else; theirs is for reading only."""
        read = copy.copy(self)
        read._cut, read._weighing = cut, Overlay(self._index, recut)  # noqa: SLF001 — the copy's own
        read._ground = read._laid()  # noqa: SLF001 — the same
        return read

    def learn(self) -> Iterator[list[Scores]]:
        """Learn what questions say for entries; yield what each question would score with its entry left out."""
        self._learnt = Learnt((), self._owners)
        if not self.learnable:
            yield from self._tried_alone()
            return
        numbers = [number for span in self._spans for number in span]
        analyses = {number: self.analyse(self._texts[number]) for number in numbers}
        near = [Nearby([], (), 0.0, 0.0)] * len(self._keys)
        for number, analysis in analyses.items():
            near[number] = self._nearest(analysis, self._vector(number), LEARNT_FROM, hurried=False)
        heard = [each.neighbours for each in near]
        self._doubles = [pair for number in numbers for pair in self._doubles_of(number, heard[number])]
        for part in range(FOLDS):
            left_out = [owner % FOLDS == part for owner in self._owners]
            learnt = Learnt(learn(heard, self._owners, left_out), self._owners)
            for number in numbers:
                if left_out[number]:
                    yield self._score_left_out(analyses[number], number, near[number], learnt, left_out)
        self._learnt = Learnt(learn(heard, self._owners, [not text for text in self._texts]), self._owners)

    def doubles(self) -> tuple[tuple[int, int], ...]:
        """Return pairs of different entries, found while learning, that have nearly the same question."""
        pairs = ((self._owners[one], self._owners[other]) for one, other in self._doubles)
        return tuple(dict.fromkeys(pairs))

    def _doubles_of(self, number: int, near: Sequence[Neighbour]) -> Iterator[tuple[int, int]]:
        for _, other in near[:NEARLY]:
            alike = fuzz.ratio(self._keys[number], self._keys[other]) >= DOUBLE
            alike = alike and self._owners[number] < self._owners[other]
            if alike and not contradict(self._texts[number], self._texts[other]):
                yield number, other

    def _nearest(
        self, text: Analysis, vector: Any, limit: int, without: range = range(0), *, hurried: bool = True
    ) -> Nearby:
        if self._meanings is None:
            return nearest(self._weighing, text.terms, limit, without=without, hurried=hurried)
        lexical = nearest(self._weighing, text.terms, None, without=without, hurried=hurried)
        return self._meanings.join(lexical, vector, limit, without)

    def _meaning(self, text: Analysis, known: Sequence[float] | None) -> Any:
        if self._meanings is None:
            return None
        return self._meanings.of(text.text) if known is None else self._meanings.given(known)

    def _vector(self, number: int) -> Any:
        return self._meanings.at(number) if self._meanings else None

    def _laid(self) -> Ground:
        return Ground(self._weighing.lengths, self._texts, self._keys, self._owners, self._spans, self._present)

    def _append(self, text: str) -> None:
        number, analysis = len(self._keys), self.analyse(text)
        self._keys.append(analysis.key)
        self._owners.append(len(self._spans))
        self._texts.append(text)
        self._index.add(number, analysis.terms)

    def _score_left_out(
        self, text: Analysis, number: int, near: Nearby, learnt: Learnt, left_out: list[bool]
    ) -> list[Scores]:
        weights, mass, unknown = weigh_text(self._weighing, text.terms, self._spans[self._owners[number]])
        neighbours = [each for each in near.neighbours if not left_out[each[1]]][:NEIGHBOURS]
        nearby = Nearby(neighbours, weights, mass, unknown, near.cosines, near.meanings)
        return score(text, nearby, learnt, self._ground)

    def _tried_alone(self) -> Iterator[list[Scores]]:
        spans = [span for span in self._spans if span]
        for span in spans[:: max(1, len(spans) // TRIALS)]:
            text = self.analyse(self._texts[span.start])
            nearby = self._nearest(text, self._vector(span.start), NEIGHBOURS, span)
            yield score(text, nearby, self._learnt, self._ground)
