"""What became of the questions of one conversation, read from what stands in its chat. Start at `judge`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

MARK = re.compile(r"«(/?)(\d+\.\d+)»")
BROKEN = ("A restart broke this answer off here", "(stopped)", "(the answer broke off here: ")
DOUBTED = "There was a restart, and your last answer may or may not have been sent"
FAILED = "Something went wrong"
# What the catalogue says instead of an answer when the model gives none.
SORRY = re.compile(r"The (connection to the )?language model\b")
FAULTS = ("lost", "twice", "disordered", "unmarked")


class Outcome(Protocol):
    """What a disaster came to; as a text, in figures."""

    @property
    def faultless(self) -> bool:
        """Whether nothing happened that must not."""
        ...

    @property
    def faults(self) -> list[str]:
        """What happened that must not."""
        ...


@dataclass(slots=True)
class Verdict:
    """How many questions were answered whole, broken off with a word about it, or doubted; and what must not be.

    `doubted`: a sentence says that the answer may have been sent; it was, or was not. `refused`: a sentence says that
    there is no answer.
    """

    asked: int = 0
    whole: int = 0
    broken: int = 0
    doubted: int = 0
    refused: int = 0
    unheard: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)

    @property
    def faultless(self) -> bool:
        """Whether nothing happened that must not."""
        return not self.faults

    @property
    def faults(self) -> list[str]:
        """What happened that must not, question by question."""
        return [f"{kind}: {each}" for kind in FAULTS for each in getattr(self, kind)]

    def add(self, other: Verdict) -> None:
        """Add another conversation's."""
        for name in ("asked", "whole", "broken", "doubted", "refused", "unheard"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in FAULTS:
            getattr(self, name).extend(getattr(other, name))

    def __str__(self) -> str:
        faults = f"{len(self.lost)} lost, {len(self.twice)} answered twice, {len(self.disordered)} out of order"
        return (
            f"{self.asked} questions: {self.whole} answered, {self.broken} marked as broken off, {self.doubted} "
            f"marked as perhaps sent, {self.refused} refused in words ({self.unheard} never reached the bot); "
            f"{faults}, {len(self.unmarked)} broken off unmarked"
        )


@dataclass(slots=True)
class _Answer:
    name: str
    ended: bool = False
    doubts: int = 0
    refusals: int = 0


def judge(asked: Sequence[str], texts: Sequence[str]) -> Verdict:
    """Judge a conversation by the numbers of its questions, in their order, and the bot's messages as they stand."""
    verdict = Verdict(asked=len(asked))
    before, *answers = _answers(texts, verdict)
    position, words = -1, before
    for answer in answers:
        here = asked.index(answer.name) if answer.name in asked else -1
        if here == position or any(answer.name == other.name and other is not answer for other in answers):
            verdict.twice.append(answer.name)
        elif here < position:
            verdict.disordered.append(answer.name)
        else:
            _missing(asked[position + 1 : here], words, verdict)
            position, words = here, _Answer("")
        if not (answer.ended or answer.doubts):
            verdict.unmarked.append(answer.name)
        words.doubts += answer.doubts
        words.refusals += answer.refusals
    _missing(asked[position + 1 :], words, verdict)
    return verdict


def _missing(names: Sequence[str], words: _Answer, verdict: Verdict) -> None:
    """Questions without a word of an answer must have a doubt or a refusal each; a refusal must have a question."""
    verdict.lost.extend(names[words.doubts + words.refusals :])
    verdict.twice.extend("a refusal" for _ in range(words.refusals - len(names)))


def _answers(texts: Sequence[str], verdict: Verdict) -> list[_Answer]:
    """Return the answers begun in a chat, in their order, after one without a name: what stands before the first."""
    answers = [_Answer("", ended=True)]
    for text in texts:
        for closing, name in MARK.findall(text):
            if not closing:
                answers.append(_Answer(name))
            elif answers[-1].name == name:
                answers[-1].ended = True
                verdict.whole += 1
        if any(mark in text for mark in BROKEN):
            verdict.broken += not answers[-1].ended
            answers[-1].ended = True
        if DOUBTED in text or FAILED in text:
            verdict.doubted += 1
            answers[-1].doubts += 1
        if SORRY.match(text):
            verdict.refused += 1
            answers[-1].refusals += 1
    return answers


def excuses(text: str) -> bool:
    """Return whether a message stands for an answer that did not come whole."""
    return any(mark in text for mark in (*BROKEN, DOUBTED, FAILED)) or bool(SORRY.match(text))
