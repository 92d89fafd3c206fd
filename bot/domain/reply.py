"""What the bot answers. Standard library only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer came from.

    Attributes:
        kind: `command`, `rule`, `faq`, `chat`, `none` (nobody knew) or `error`.
        id: The command's name, the rule's or entry's id, the model's name.
        confidence: The probability that it is the right answer, 0 to 1, where the stage gives one.
        runners_up: The next best ids with their confidence.
    """

    kind: str
    id: str = ""
    confidence: float | None = None
    runners_up: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. `data` (at most 64 bytes of UTF-8) comes back as `Message.choice`, `label` as its text."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that is part of an answer."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Words that only stand in until the answer comes ("others are waiting too"); never part of it."""

    text: str


@dataclass(frozen=True, slots=True)
class Retraction:
    """What has come so far is no part of the answer: it begins anew, with these words `instead`."""

    instead: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        source: Where it came from.
        text: What is known of it already.
        words: What is still arriving, to be appended to `text`. It ends normally only when the answer is whole; an
            `Apology` raised in it means that the answer broke off, and why. A file goes with the answer's last page.
        markdown: Whether the text is Markdown; otherwise it is shown exactly as written.
        remember: Whether question and answer are kept in memory.
    """

    source: Source
    text: str = ""
    words: AsyncIterator[str | Notice | Retraction | File] | None = None
    choices: tuple[Choice, ...] = ()
    files: tuple[File, ...] = ()
    markdown: bool = False
    remember: bool = True
