"""An FAQ that can be asked: which entry answers a question, how surely, and whether to say so. Start reading here."""

from __future__ import annotations

import copy
import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.faq.engine import unasked
from handlers.faq.engine.analysis import HAN, LONGEST, Analysis, Cut
from handlers.faq.engine.calibration import TOLERANCE, Calibration, Rejected, background, calibrate
from handlers.faq.engine.encoder import Encoder
from handlers.faq.engine.model import CERTAIN, Model, shipped
from handlers.faq.engine.overlay import Recut
from handlers.faq.engine.questions import LEARNABLE, Questions
from handlers.faq.engine.scores import CLOSELY, Scores
from handlers.faq.engine.warm import Labelled, taught, unanswerable
from handlers.faq.entries.entry import Entry
from handlers.language.segmentation.segment import cut_for_search

# Two entries are about equally likely if the second has at least this part of the first's confidence.
EQUAL = 0.8
# What is this similar to a question of another entry is its look-alike, and nothing to learn silence from.
DOUBLED = 0.65
# People ask the same day after day: so many answers are kept (some 2 kB each), until anything changes.
REMEMBERED, REMEMBERED_HERE = 512, 4
CHOICE = "faq:"

Decision = Literal["answer", "offer", "pass"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry and the probability that it answers the question, with the scores that it comes from."""

    entry: Entry
    confidence: float
    scores: Scores


@dataclass(frozen=True, slots=True)
class Ranking:
    """What an FAQ has for a question.

    Attributes:
        candidates: The likeliest first.
        calibration: The confidences that an answer needs.
        decision: `answer` with the first candidate, `offer` some of them as choices, or `pass`.
    """

    candidates: tuple[Candidate, ...]
    calibration: Calibration
    decision: Decision

    @property
    def threshold(self) -> float:
        """The confidence from which a question is answered."""
        return self.calibration.asked

    @property
    def sure(self) -> bool:
        """Whether the first is near enough to be said even by one who was not asked (but see `Faq.silence`)."""
        if self.decision != "answer" or self.candidates[0].scores.conflicts:
            return False
        return self.candidates[0].confidence >= min(self.calibration.sure, CERTAIN)


class Faq:
    """Entries, their index, and what was learnt from them. Made by `build`."""

    def __init__(self, tolerance: float, questions: Questions, model: Model | None = None) -> None:
        self.tolerance = tolerance
        self.calibration = Calibration()
        self._questions = questions
        self._given = model
        self._model = model or shipped(questions.kind)
        self._entries: dict[str, tuple[Entry, int]] = {}
        self._numbered: dict[int, Entry] = {}
        self._choices: dict[str, str] = {}
        self._remembered = functools.lru_cache(REMEMBERED)(self._look)

    @staticmethod
    def build(
        entries: Iterable[Entry],
        *,
        tolerance: float = TOLERANCE,
        encoder: Encoder | None = None,
        cut: Cut = cut_for_search,
        labelled: Sequence[Labelled] = (),
        model: Model | None = None,
        learnable: int = LEARNABLE,
    ) -> Faq:
        """Return an FAQ that answers at most `tolerance` of the messages that are none of its business.

        Args:
            entries: What it answers with.
            tolerance: The share of off-topic messages that may be answered.
            encoder: Compares meanings beside letters.
            cut: Segments in jieba's search mode, by the owner's dictionary say.
            labelled: Questions of its people that refine it.
            model: In place of the shipped one.
            learnable: From so many questions it learns what they say for entries; more are used as they stand.
        """
        faq = Faq(tolerance, Questions(encoder, cut, learnable=learnable), model)
        faq.extend(taught(entries, labelled))
        faq.calibrate(unanswerable(labelled))
        return faq

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in their order."""
        return tuple(entry for entry, _ in self._entries.values())

    @property
    def doubles(self) -> tuple[tuple[Entry, Entry], ...]:
        """Entries that have nearly the same question, as far as was learnt (not in a very large FAQ)."""
        known = self._numbered
        return tuple(
            (known[one], known[other]) for one, other in self._questions.doubles() if one in known and other in known
        )

    def extend(self, entries: Iterable[Entry]) -> None:
        """Take entries in, each in place of one with its id. They are found at once; `calibrate` may follow later."""
        self._remembered.cache_clear()
        unique = {entry.id: entry for entry in entries}
        for name in unique:
            self.remove(name)
        numbers = self._questions.add(entry.questions for entry in unique.values())
        for number, entry in zip(numbers, unique.values(), strict=True):
            self._entries[entry.id] = (entry, number)
            self._numbered[number] = entry
            self._choices[choice_of(entry)] = entry.id

    def add(self, entry: Entry) -> None:
        """Take one entry in."""
        self.extend((entry,))

    def remove(self, entry_id: str) -> None:
        """Take an entry out, if it is there."""
        self._remembered.cache_clear()
        entry, number = self._entries.pop(entry_id, (None, -1))
        if entry:
            del self._choices[choice_of(entry)], self._numbered[number]
            self._questions.remove(number)

    def use(self, model: Model) -> None:
        """Judge scores by another model. Thresholds stay until `calibrate`."""
        self._given = self._model = model
        self._remembered.cache_clear()

    def calibrate(self, foreign: Sequence[str] = ()) -> None:
        """Learn when to keep silent.

        From its own questions with their entry left out, from everyday chat, and from `foreign` messages, if some are
        known to be none of its business.
        """
        self._model = self._given or shipped(self._questions.kind)
        left_out = [best for best in map(self.likeliest, self.left_out()) if best is None or best.edit < DOUBLED]
        chat = [self.likeliest(self._questions.score(self._questions.analyse(line))) for line in background()]
        known = [self.likeliest(self._questions.score(self._questions.analyse(line))) for line in foreign]
        self.calibration = calibrate(
            Rejected(*(tuple(self._probability(best) for best in each) for each in (left_out, chat, known))),
            self._model,
            self.tolerance,
        )
        self._remembered.cache_clear()

    def left_out(self) -> Iterator[list[Scores]]:
        """Learn anew; yield the scores of entries for each question while its own entry is left out."""
        yield from self._questions.learn()
        self._remembered.cache_clear()

    def likeliest(self, scores: list[Scores]) -> Scores | None:
        """Return the scores of the entry that the model finds likeliest."""
        return max(scores, key=self._model.probability, default=None)

    def ask(self, text: str, limit: int = CLOSELY, meaning: Sequence[float] | None = None) -> Ranking:
        """Return the likeliest entries for a text and what to do about them.

        Args:
            text: What was asked.
            limit: How many entries at most.
            meaning: The vector of its folded text, where the encoder has been asked already.
        """
        if meaning is None and len(text) <= LONGEST:
            return self._remembered(text, limit)
        return self._look(text, limit, meaning)

    def _look(self, text: str, limit: int, meaning: Sequence[float] | None = None) -> Ranking:
        candidates = self._rank(self._questions.analyse(text), limit, meaning)
        return Ranking(candidates, self.calibration, self._decide(candidates))

    def silence(self, text: str, ranking: Ranking) -> str | None:
        """Return why the first of what was found for a text is not said unasked, None where it may be."""
        if not ranking.sure:
            return "it is not sure enough"
        best = ranking.candidates[0]
        nearest = self._questions.text(best.scores.question)
        return unasked.reason(self.analyse(text), best.entry.questions, nearest, self._questions.spread)

    def analyse(self, text: str) -> Analysis:
        """Take a text apart as this FAQ's questions are."""
        return self._questions.analyse(text)

    def recut(self, words: Iterable[str], cut: Cut) -> Recut:
        """Return which questions `cut`, which knows further words, takes apart otherwise. Takes a while; blocks."""
        return self._questions.recut(words, cut)

    def over(self, recut: Recut, cut: Cut) -> Faq:
        """Return this FAQ as who cuts so reads it: it shares all else, and is not to be changed any more.

        What was learnt (votes, thresholds) is what the shared questions taught.
        """
        read = copy.copy(self)
        read._questions = self._questions.over(recut, cut)  # noqa: SLF001 — the copy's own
        # There is one for every chat: each may remember a little only.
        read._remembered = functools.lru_cache(REMEMBERED_HERE)(read._look)  # noqa: SLF001 — the same
        return read

    def by_choice(self, data: str) -> Entry | None:
        """Return the entry that a button's data stands for."""
        known = self._entries.get(self._choices.get(data, ""))
        return known[0] if known else None

    def _rank(self, text: Analysis, limit: int, meaning: Sequence[float] | None) -> tuple[Candidate, ...]:
        found = [
            Candidate(self._numbered[each.number], self._confidence(each), each)
            for each in self._questions.score(text, limit, meaning)
        ]
        return tuple(sorted(found, key=lambda candidate: candidate.confidence, reverse=True))

    def _probability(self, best: Scores | None) -> float:
        return self._model.probability(best) if best else 0.0

    def _confidence(self, scores: Scores) -> float:
        if scores.same:
            return CERTAIN
        return min(CERTAIN, self.calibration.confidence(self._model.probability(scores)))

    def _decide(self, candidates: tuple[Candidate, ...]) -> Decision:
        if not candidates or candidates[0].confidence < self.calibration.short:
            return "pass"
        best = candidates[0]
        return "answer" if best.confidence >= self.calibration.asked and not _rivalled(candidates) else "offer"


def _rivalled(candidates: tuple[Candidate, ...]) -> bool:
    """Whether the second is about as likely as the first. A question's own words have no rival but the same words."""
    if len(candidates) == 1:
        return False
    best, second = candidates[:2]
    if best.scores.same != second.scores.same:
        return False
    return second.confidence >= EQUAL * best.confidence


def choice_of(entry: Entry) -> str:
    """Return the data of a button that stands for an entry, at most 64 bytes."""
    return CHOICE + hashlib.sha256(entry.id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def told(entry: Entry, language: str) -> tuple[str, str]:
    """Return an entry's question and answer in a language (`zh…` or another), by its twin where it has one."""
    if entry.twin is None or bool(HAN.search(entry.question)) == language.startswith("zh"):
        return entry.question, entry.answer
    return entry.twin.question, entry.twin.answer
