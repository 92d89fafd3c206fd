"""Why an answer was what it was: kept for a week under the message that showed it, for `/why`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from bot.model import Message, Source
from bot.options import chat_key
from bot.store import Store, key

KEPT_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Explanation:
    """The source of an answer, and how long it took from the person's message to the last word, in seconds."""

    source: Source
    seconds: float


class Explanations:
    """Explanations by the id of the answer, and the latest of each conversation."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, message: Message, ids: Iterable[str], explanation: Explanation) -> None:
        """Keep why the answer shown as these messages was given."""
        line = json.dumps(asdict(explanation), separators=(",", ":"))
        keys = [_answer_key(message, each) for each in ids if each] + [_latest_key(message)]

        async def write() -> None:
            async with self._store.client.pipeline(transaction=False) as pipeline:
                for each in keys:
                    pipeline.set(each, line, ex=KEPT_SECONDS)
                await pipeline.execute()

        await self._store.attempt(write, None)

    async def find(self, message: Message) -> Explanation | None:
        """Return why the quoted answer was given, or, where none is quoted, the latest one to this person here."""
        where = _answer_key(message, message.quote.id) if message.quote else _latest_key(message)
        line = await self._store.attempt(lambda: self._store.client.get(where), None)
        if line is None:
            return None
        data = json.loads(line)
        source = data["source"]
        runners_up = tuple((name, confidence) for name, confidence in source["runners_up"])
        return Explanation(Source(**{**source, "runners_up": runners_up}), data["seconds"])


def _answer_key(message: Message, answer: str) -> str:
    return key("why", answer, tag=chat_key(message.platform, message.chat.id))


def _latest_key(message: Message) -> str:
    return key("why", tag=message.conversation.key)
