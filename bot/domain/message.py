"""What a person said, the same for every platform. Standard library only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.encoding import joined, line_of


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
