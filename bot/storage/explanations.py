"""Why an answer was what it was: kept for a week under the message that showed it, for `/why`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.encoding import line_of
from bot.domain.message import Conversation, Message
from bot.domain.reply import Source
from bot.storage.chat_settings import chat_key
from bot.storage.connection import Command
from bot.storage.person_index import PersonIndex, note
from bot.storage.store import Store, key

KEPT_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Explanation:
    """The source of an answer, and how long it took from taking the message over to the last word, in seconds."""

    source: Source
    seconds: float


class Explanations:
    """Explanations by the id of the answer, and the latest of each conversation; no word of what was said."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._places = PersonIndex(store)

    def keeping(self, message: Message, ids: Iterable[str], explanation: Explanation) -> list[Command]:
        """Return the commands that keep why the answer shown as these messages was given."""
        line = line_of(explanation)
        own = message.conversation
        commands: list[Command] = [
            ("SET", _answer_key(message, each), line, "EX", KEPT_SECONDS) for each in filter(None, ids)
        ]
        if explanation.source.kind != "command":
            commands += note(message.sender.id, own, KEPT_SECONDS)
            commands.append(("SET", _latest_key(own), line, "EX", KEPT_SECONDS))
        return commands

    async def find(self, message: Message) -> Explanation | None:
        """Return why the quoted answer was given, or, where none is quoted, the latest one to this person here."""
        quoted = message.quote
        where = _answer_key(message, quoted.id) if quoted else _latest_key(message.conversation)
        nothing: str | None = None
        line = await self._store.ask("GET", where, default=nothing)
        if line is None:
            return None
        data = json.loads(line)
        source = data["source"]
        runners_up = tuple((name, confidence) for name, confidence in source["runners_up"])
        return Explanation(Source(**{**source, "runners_up": runners_up}), data["seconds"])

    async def forget(self, platform: str, person: str) -> None:
        """Forget the latest explanation given to a person in every chat."""
        latest = [_latest_key(where) for where in await self._places.of(platform, person)]
        if latest:  # one by one: in a cluster they may be kept in different places
            await self._store.write(*(("DEL", each) for each in latest))


def _answer_key(message: Message, answer: str) -> str:
    return key("why", answer, tag=chat_key(message.platform, message.chat.id))


def _latest_key(where: Conversation) -> str:
    return key("why", tag=where.key)
