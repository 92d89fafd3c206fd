"""What an FAQ is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Twin:
    """The same entry in the other language (English for a Chinese one, Chinese for an English one)."""

    question: str
    answer: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A question people ask, other ways to ask it, and its answer.

    Attributes:
        id: Unique in the FAQ.
        twin: The entry in the other language; its questions find the entry too, and who asks in it gets its answer.
        markdown: Whether the answers are Markdown; otherwise they are shown exactly as written.
    """

    id: str
    question: str
    answer: str
    alternatives: tuple[str, ...] = ()
    twin: Twin | None = None
    tags: tuple[str, ...] = ()
    markdown: bool = False

    @property
    def questions(self) -> tuple[str, ...]:
        """Every way to ask it, the question first, the twin's ways last."""
        twin = (self.twin.question, *self.twin.alternatives) if self.twin else ()
        return (self.question, *self.alternatives, *twin)
