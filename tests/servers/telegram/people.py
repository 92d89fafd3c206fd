"""The people on the loopback Telegram: a test says what a person says and reads what a person sees."""

from __future__ import annotations

import itertools
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.servers.telegram.state import Json, Room, Seen

if TYPE_CHECKING:
    from tests.servers.telegram.server import TelegramServer

# As TDLib finds them (MessageEntity.cpp): none where a letter of any script touches the name.
ENTITY = re.compile(
    r"(?P<bot_command>(?<!\S)/[A-Za-z0-9_]+(?:@[A-Za-z0-9_]{3,32})?(?!\w))|(?P<mention>(?<!\w)@[A-Za-z0-9_]{2,32}(?!\w))"
)
Sight = str | re.Pattern[str] | Callable[[Seen], object]


def person(name: str, language: str = "en", id: int = 0) -> Json:  # noqa: A002 — Telegram's word
    """Return a user; the same name is the same one, in every test."""
    user_id = id or 10_000 + zlib.crc32(name.encode()) % 1_000_000
    user: Json = {"id": user_id, "is_bot": False, "first_name": name, "language_code": language}
    return user if language else {key: value for key, value in user.items() if key != "language_code"}


def entities_of(text: str) -> list[Json]:
    """Return the commands and mentions in a text, as Telegram finds them."""
    return [
        {
            "type": found.lastgroup,
            "offset": len(text[: found.start()].encode("utf-16-le", "surrogatepass")) // 2,
            "length": len(found.group()),
        }
        for found in ENTITY.finditer(text)
    ]


@dataclass(slots=True)
class Place:
    """A group, supergroup or channel."""

    server: TelegramServer
    room: Room

    def member(self, name: str, *, status: str = "member", language: str = "en") -> Talker:
        """Return someone who is there."""
        user = person(name, language)
        self.room.members.setdefault(user["id"], status)
        return Talker(self.server, self.room, user)

    def topic(self) -> int:
        """Open a topic; return its id."""
        thread = next(self.room.ids)
        self.room.topics.add(thread)
        return thread

    def reports(self, kind: str = "message", *, sender: Json | None = None, **content: Any) -> int:
        """Let something happen here that is not said by a member; return the update's id."""
        content |= {"from": sender} if sender else {}
        message = {"message_id": next(self.room.ids), "date": int(time.time()), "chat": self.room.json(), **content}
        self.room.messages[message["message_id"]] = message
        return self.server.updates.add(kind, message)

    def becomes_supergroup(self) -> Place:
        """Move it: both chats say so, and writes to the old one are refused."""
        new = Room(self.room.id - 1_000_000, "supergroup", self.room.title, members=self.room.members)
        self.server.api.rooms[new.id] = new
        self.room.moved_to = new.id
        self.reports(migrate_to_chat_id=new.id)
        moved = Place(self.server, new)
        moved.reports(migrate_from_chat_id=self.room.id)
        return moved


@dataclass(slots=True)
class Talker:
    """A person in one chat."""

    server: TelegramServer
    room: Room
    user: Json
    said: int = field(default=0)
    update: int = field(default=0)

    async def says(self, text: str, *, topic: int = 0, reply_to: int = 0, **more: Any) -> int:
        """Say something; return the message's id. Commands and mentions are found as Telegram finds them."""
        content: Json = {"text": text, "entities": more.pop("entities", None) or entities_of(text), **more}
        return self._send({key: value for key, value in content.items() if value}, topic, reply_to)

    async def sends(self, kind: str, content: bytes, *, caption: str = "", topic: int = 0, **details: Any) -> int:
        """Send a file (`photo`, `document`, `voice`, …); return the message's id."""
        file_id = f"{kind}-{len(self.server.api.files)}"
        self.server.api.files[file_id] = (details.get("file_name", ""), content)
        sizes = {"width": 9, "height": 9, "duration": 1, "length": 9, "type": "regular"}
        sizes |= {"is_animated": False, "is_video": False}
        file = {"file_id": file_id, "file_unique_id": file_id, "file_size": len(content), **sizes, **details}
        said: Json = {kind: [file] if kind == "photo" else file}
        if caption:
            said |= {"caption": caption, "caption_entities": entities_of(caption)}
        return self._send(said, topic, 0)

    async def sees(self, what: Sight) -> Seen:
        """Wait until the bot's words since this person spoke last hold this text (or pattern, or condition)."""
        matches = _matcher(what)

        def found() -> Seen | None:
            return next((each for each in self._since() if matches(each)), None)

        seen = found() or (await self.room.bell.until(found, self.server.patience) and found()) or None
        assert seen, f"{self.user['first_name']} does not see {what!r} but {[each.text for each in self._since()]}"
        return seen

    async def answered(self) -> Seen:
        """Wait for the bot's first message since this person spoke last."""
        return await self.sees(lambda _: True)

    async def sees_draft(self, text: str) -> None:
        """Wait until the bot has shown a draft."""
        shown = await self.room.bell.until(lambda: text in self.room.drafts, self.server.patience)
        assert shown, f"{self.user['first_name']} saw drafts {self.room.drafts}"

    async def presses(self, label: str, *, forgets: bool = False) -> str:
        """Press a button; return the callback query's id. `forgets`: Telegram no longer shows the bot the message."""
        seen = await self.sees(lambda each: label in each.labels)
        data = next(button["callback_data"] for row in seen.buttons for button in row if button["text"] == label)
        message = self.server.api.message(self.room, seen)
        if forgets:
            message = {"chat": self.room.json(), "message_id": seen.id, "date": 0}
        return self.presses_data(data, message)

    def presses_data(self, data: str, message: Json) -> str:
        """Send any callback data, forged or not; return the callback query's id."""
        query = f"query-{len(self.server.api.confirmed)}-{time.monotonic_ns()}"
        self.said = message["message_id"]
        pressed = {"id": query, "from": self.user, "chat_instance": "1", "message": message, "data": data}
        self.update = self.server.updates.add("callback_query", pressed)
        return query

    @property
    def texts(self) -> list[str]:
        """All of the bot's texts in this chat, as they stand now."""
        return self.room.texts

    def _since(self) -> list[Seen]:
        newest_first = itertools.takewhile(lambda each: each.id > self.said, reversed(self.room.seen.values()))
        return list(newest_first)[::-1]

    def _send(self, content: Json, topic: int, reply_to: int) -> int:
        room = self.room
        self.said = next(room.ids)
        message: Json = {"message_id": self.said, "from": self.user, "chat": room.json(), "date": int(time.time())}
        if topic:
            message |= {"message_thread_id": topic, "is_topic_message": True}
        if reply_to:
            message["reply_to_message"] = self._original(reply_to)
        room.messages[self.said] = {**message, **content}
        kind = "channel_post" if room.kind == "channel" else "message"
        self.update = self.server.updates.add(kind, room.messages[self.said])
        return self.said

    def _original(self, message_id: int) -> Json:
        seen = self.room.seen.get(message_id)
        return self.server.api.message(self.room, seen) if seen else self.room.messages[message_id]


def _matcher(what: Sight) -> Callable[[Seen], object]:
    if isinstance(what, str):
        return lambda seen: seen.text == what
    if isinstance(what, re.Pattern):
        return lambda seen: what.search(seen.text)
    return what
