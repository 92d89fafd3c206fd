"""What the loopback Telegram keeps: rooms with their messages, and the calls it was sent."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.servers.telegram.bell import Bell

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot. `time` is the monotonic clock's; `status` that of the answer, 0 for none."""

    method: str
    params: Json
    time: float
    status: int


@dataclass(slots=True)
class Seen:
    """A message of the bot's as people see it now. `revisions` are all its texts, the oldest first."""

    id: int
    text: str
    entities: list[Json] = field(default_factory=list)
    buttons: list[list[Json]] = field(default_factory=list)
    reply_to: int = 0
    thread: int = 0
    previews: bool = True
    file: tuple[str, bytes] | None = None
    photo: bool = False
    revisions: list[str] = field(default_factory=list)

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons, row by row."""
        return [button["text"] for row in self.buttons for button in row]

    def stretches(self, kind: str) -> list[str]:
        """Return what is formatted with a type of entity, as shown."""
        units = self.text.encode("utf-16-le")
        return [
            units[each["offset"] * 2 : (each["offset"] + each["length"]) * 2].decode("utf-16-le")
            for each in self.entities
            if each["type"] == kind
        ]


@dataclass(slots=True)
class Room:
    """A chat. `refusal` is what every write into it is answered by, if anything; `moved_to` its id as a supergroup."""

    id: int
    kind: str
    title: str = ""
    forum: bool = False
    messages: dict[int, Json] = field(default_factory=dict)
    seen: dict[int, Seen] = field(default_factory=dict)
    draft: tuple[int, str] | None = None
    drafts: list[str] = field(default_factory=list)
    actions: list[tuple[str, int]] = field(default_factory=list)
    members: dict[int, str] = field(default_factory=dict)
    topics: set[int] = field(default_factory=set)
    refusal: tuple[int, str] | None = None
    moved_to: int = 0
    bell: Bell = field(default_factory=Bell)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def texts(self) -> list[str]:
        """The bot's texts as they stand now, from top to bottom."""
        return [each.text for each in self.seen.values()]

    def json(self) -> Json:
        """Return the chat as the Bot API describes it."""
        chat: Json = {"id": self.id, "type": self.kind}
        chat["first_name" if self.kind == "private" else "title"] = self.title
        return {**chat, "is_forum": True} if self.forum else chat
