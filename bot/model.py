"""The values that travel through the house: what a person said and what the bot answers. Standard library only."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import quote

T = TypeVar("T")
# Nobody sees these, and they change what is seen: controls (but for line feed and tab), and those of the direction of
# writing, which can make a link or a file read as another.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who talks. `id` is the platform's; `language` is the BCP 47 tag of their client, or empty."""

    id: str
    name: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """A place people talk in. `thread` is the topic or thread within it, empty for the chat itself."""

    id: str
    private: bool
    title: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message: the platform's `id` to read it by, and `size` in bytes."""

    id: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that this one replies to. `mine` says that the bot wrote it."""

    id: str
    text: str
    sender: Person | None = None
    mine: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command asked for with typed options (a Discord slash command), not as text."""

    name: str
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fact:
    """What the owner's FAQ has near a question, without being sure of it. `choice` is the data of a button for it."""

    id: str
    question: str
    answer: str
    confidence: float
    choice: str


@functools.lru_cache(maxsize=4096)
def joined(*parts: str) -> str:
    """Return text that no other parts give: each is percent-encoded, so that none can imitate a border."""
    return ":".join(quote(part, safe="") for part in parts)


def mended(text: str) -> str:
    """Return a text that UTF-8 can carry: a lone surrogate becomes U+FFFD (as long as itself), a pair one character."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _fields_of(value: Any) -> dict[str, Any]:
    """Return a dataclass's own fields: `asdict` copies them deeply, which takes ten times as long."""
    fields = ((name, getattr(value, name)) for name in value.__slots__)
    return {name: mended(field) if isinstance(field, str) else field for name, field in fields}


# `json.dumps` would make one at every call, which takes as long as encoding a short text.
_ENCODER = json.JSONEncoder(default=_fields_of, separators=(",", ":"))


def line_of(value: Any) -> str:
    """Return a value, with the dataclasses in it, as one line of ASCII JSON; their texts are `mended`.

    What is kept is read by scripts in Redis, too, whose JSON knows no lone surrogates.
    """
    return _ENCODER.encode(value)


def readable(kind: Callable[..., T], lines: Iterable[str]) -> tuple[T, ...]:
    """Return what lines hold, without those that hold nothing of this kind."""
    found = []
    for line in lines:
        with suppress(ValueError, TypeError, RecursionError):
            found.append(kind(**json.loads(line)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is remembered together: a person's words in one topic of one chat. `person` is empty where a chat shares."""

    platform: str
    chat: str
    thread: str
    person: str

    @property
    def key(self) -> str:
        """Text that no other conversation has."""
        return joined(self.platform, self.chat, self.thread, self.person)

    @property
    def hash(self) -> str:
        """What stands for the conversation in logs: the same each time, and nobody's name."""
        return hashlib.blake2b(self.key.encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Message:
    """Something a person said, the same for every platform. Plain data: an outlet can be made from it anywhere.

    Attributes:
        platform: The platform's name.
        id: The platform's id of the message within its chat.
        update: What makes this delivery of it unique on the platform; the same twice is answered once.
        time: Seconds since the epoch at which it was said.
        addressed: It was said to the bot: in private, by mention, as a reply to the bot, as a command, or by a button.
        choice: The data of the button that was pressed; `text` is then the button's label.
        origin: What the platform needs beside the ids to answer (an interaction's token, say).
        language: The catalogue language to answer in; the dispatcher fills it in.
        facts: What earlier stages found near it without being sure.
        reply_to: The platform's id of the message that the answer replies to, where it is not this one.
        interrupted: How many turns this message has stopped.
    """

    platform: str
    id: str
    update: str
    chat: Chat
    sender: Person
    text: str
    time: float
    addressed: bool = False
    quote: Quote | None = None
    attachments: tuple[Attachment, ...] = ()
    invocation: Invocation | None = None
    choice: str = ""
    origin: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    facts: tuple[Fact, ...] = ()
    interrupted: int = 0
    reply_to: str = ""

    @property
    def conversation(self) -> Conversation:
        """The sender's own conversation here."""
        return Conversation(self.platform, self.chat.id, self.chat.thread, self.sender.id)

    def dump(self) -> str:
        """Return the message as one line of JSON."""
        return line_of(self)

    @staticmethod
    def load(line: str) -> Message:
        """Return the message that `dump` wrote."""
        data: dict[str, Any] = json.loads(line)
        quoted, invocation = data["quote"], data["invocation"]
        return Message(
            **{
                **data,
                "chat": Chat(**data["chat"]),
                "sender": Person(**data["sender"]),
                "quote": quoted and _quote(quoted),
                "attachments": tuple(Attachment(**each) for each in data["attachments"]),
                "invocation": invocation and Invocation(**invocation),
                "facts": tuple(Fact(**each) for each in data["facts"]),
            }
        )


def _quote(data: dict[str, Any]) -> Quote:
    sender = data["sender"]
    attachments = tuple(Attachment(**each) for each in data["attachments"])
    return Quote(**{**data, "sender": sender and Person(**sender), "attachments": attachments})


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
    words: AsyncIterator[str | Notice | File] | None = None
    choices: tuple[Choice, ...] = ()
    files: tuple[File, ...] = ()
    markdown: bool = False
    remember: bool = True


__all__ = [
    "Attachment", "Chat", "Choice", "Conversation", "Fact", "File", "Invocation", "Message", "Notice", "Person",
    "Quote", "Reply", "Source", "joined", "line_of", "mended", "readable", "replace",
]  # fmt: skip
