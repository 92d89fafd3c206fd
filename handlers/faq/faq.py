"""An FAQ that can be asked: which entry answers a question, how surely, and whether to say so. Start reading here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from handlers.faq.analysis import HAN, Analysis, analyse
from handlers.faq.calibration import Thresholds, background, calibrate
from handlers.faq.entry import Entry
from handlers.faq.model import likeness, probability, shipped
from handlers.faq.questions import Questions, Scores

TOLERANCE = 0.02
# Questions tried when the threshold is learnt: more make it no better.
TRIALS = 600
# Two entries this close in log-odds terms are about equally likely: the second has at least this part of the first.
EQUAL = 0.75
# The best is "just short" from this part of the threshold on.
SHORT = 0.6
# Questions of two entries this similar are duplicates in all but spelling.
DOUBLED = 0.85
CHOICE = "faq:"

Decision = Literal["answer", "offer", "pass"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry and the probability that it answers the question."""

    entry: Entry
    confidence: float
    scores: Scores


@dataclass(frozen=True, slots=True)
class Ranking:
    """What an FAQ has for a question.

    Attributes:
        candidates: The likeliest first.
        thresholds: The confidences that an answer needs.
        decision: `answer` with the first candidate, `offer` some of them as choices, or `pass`.
    """

    candidates: tuple[Candidate, ...]
    thresholds: Thresholds
    decision: Decision

    @property
    def sure(self) -> bool:
        """Whether the first may be said even by one who was not asked."""
        if self.decision != "answer":
            return False
        return self.candidates[0].scores.same or self.candidates[0].confidence >= self.thresholds.sure


class Faq:
    """Entries, their index, and thresholds learnt from them. Made by `build`."""

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance
        self.thresholds = Thresholds(1.0, 1.0)
        self._entries: dict[str, Entry] = {}
        self._choices: dict[str, str] = {}
        self._questions = Questions()
        self._weights = shipped()

    @staticmethod
    def build(entries: Iterable[Entry], *, tolerance: float = TOLERANCE) -> Faq:
        """Return an FAQ that answers at most `tolerance` of the messages that are none of its business."""
        faq = Faq(tolerance)
        for entry in entries:
            faq._keep(entry)
        faq._questions.build((entry.id, entry.questions) for entry in faq.entries)
        faq.calibrate()
        return faq

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in their order."""
        return tuple(self._entries.values())

    def calibrate(self) -> None:
        """Learn the thresholds: from its own questions with their entry left out, and from everyday chat."""
        own = [(text, entry.id) for entry in self.entries for text in entry.questions]
        tried = own[:: max(1, len(own) // TRIALS)]
        rejected = [self._rank(analyse(text), self._questions.numbers(owner), 1) for text, owner in tried]
        rejected += [self._rank(analyse(text), (), 1) for text in background()]
        confidences = [best[0].confidence if best else 0.0 for best in rejected if not (best and _doubled(best[0]))]
        self.thresholds = calibrate(confidences, self.tolerance)

    def ask(self, text: str, limit: int = 5) -> Ranking:
        """Return the likeliest entries for a text and what to do about them."""
        candidates = self._rank(analyse(text), (), limit)
        return Ranking(candidates, self.thresholds, self._decide(candidates))

    def by_choice(self, data: str) -> Entry | None:
        """Return the entry that a button's data stands for."""
        return self._entries.get(self._choices.get(data, ""))

    def add(self, entry: Entry) -> None:
        """Take an entry in, in place of one with its id. Thresholds stay until `calibrate`."""
        self.remove(entry.id)
        self._keep(entry)
        self._questions.add(entry.id, entry.questions)

    def remove(self, entry_id: str) -> None:
        """Take an entry out, if it is there."""
        entry = self._entries.pop(entry_id, None)
        if entry:
            del self._choices[choice_of(entry)]
            self._questions.remove(entry_id)

    def _keep(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self._choices[choice_of(entry)] = entry.id

    def _rank(self, text: Analysis, without: Collection[int], limit: int) -> tuple[Candidate, ...]:
        best: dict[str, Scores] = {}
        for scores in sorted(self._questions.near(text, without=without), key=likeness, reverse=True):
            best.setdefault(self._questions.owners[scores.number], scores)
        ranked = [(self._entries[owner], scores, likeness(scores)) for owner, scores in best.items()][: limit + 1]
        top = [height for _, _, height in ranked] + [0.0, 0.0]
        return tuple(
            Candidate(entry, probability(scores, height - (top[1] if place == 0 else top[0]), self._weights), scores)
            for place, (entry, scores, height) in enumerate(ranked[:limit])
        )

    def _decide(self, candidates: tuple[Candidate, ...]) -> Decision:
        if not candidates:
            return "pass"
        best, threshold = candidates[0], self.thresholds.asked
        if best.scores.same and not (len(candidates) > 1 and candidates[1].scores.same):
            return "answer"
        if best.confidence < SHORT * threshold:
            return "pass"
        equal = len(candidates) > 1 and candidates[1].confidence >= EQUAL * best.confidence
        return "offer" if equal or best.confidence < threshold else "answer"


def _doubled(candidate: Candidate) -> bool:
    """Whether an entry asks nearly what was left out: a fault of the file, and nothing to learn silence from."""
    return candidate.scores.edit >= DOUBLED


def choice_of(entry: Entry) -> str:
    """Return the data of a button that stands for an entry, at most 64 bytes."""
    return CHOICE + hashlib.sha256(entry.id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def told(entry: Entry, language: str) -> tuple[str, str]:
    """Return an entry's question and answer in a language (`zh…` or another), by its twin where it has one."""
    if entry.twin is None or bool(HAN.search(entry.question)) == language.startswith("zh"):
        return entry.question, entry.answer
    return entry.twin.question, entry.twin.answer
