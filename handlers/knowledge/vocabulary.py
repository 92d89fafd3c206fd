"""Each chat's own words, kept in Redis, and the segmentation that knows them; no chat's words reach another's."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.message import Message
from bot.services import Services
from bot.storage.chat_settings import chat_key
from bot.storage.store import key
from handlers.language.script.normalise import fold
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.lexicon import standard
from handlers.language.segmentation.own import Segmenter

MOST_WORDS = 1000
LONGEST_WORD = 30
FRESH_SECONDS = 1.0
MOST_CHATS = 2000
# Adds words and their lines, unless there would be more than so many; returns whether it did.
ADD = """
local new = 0
for i = 2, #ARGV, 2 do new = new + 1 - redis.call('HEXISTS', KEYS[1], ARGV[i]) end
if redis.call('HLEN', KEYS[1]) + new > tonumber(ARGV[1]) then return 0 end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A chat's words as last read, at a time in seconds. `folded` cuts texts that are folded."""

    time: float
    lines: Mapping[str, str]
    segmenter: Segmenter
    folded: Segmenter


NOTHING = Known(0.0, {}, Segmenter(), Segmenter())


class Vocabulary:
    """The words of every chat; read at most once a second for each. With Redis away, as last read."""

    def __init__(self, services: Services) -> None:
        self._store = services.store
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def of(self, message: Message) -> Segmenter:
        """Return what cuts texts of the message's chat into words."""
        return (await self._read(message)).segmenter

    async def folded(self, message: Message) -> Segmenter:
        """Return what cuts folded texts of the message's chat."""
        return (await self._read(message)).folded

    async def words(self, message: Message) -> tuple[Word, ...]:
        """Return the words of the message's chat, as Redis has them now."""
        return (await self._read(message, fresh=0.0)).segmenter.words

    async def add(self, message: Message, words: Iterable[Word]) -> bool | None:
        """Keep words for the message's chat: all, or none and return False where they would be too many.

        Return None when they could not be kept.
        """
        values = [part for word in words for part in (word.text, f"{word.frequency} {word.tag}")]
        slot = _slot(message)

        async def keep() -> bool | None:
            return bool(await self._store.client.eval(ADD, 1, slot, MOST_WORDS, *values))

        kept = await self._store.attempt(keep, None)
        await self._read(message, fresh=0.0)
        return kept

    async def remove(self, message: Message, words: Iterable[str]) -> int | None:
        """Forget words of the message's chat. Return how many there were, None when it could not be done."""
        slot, texts = _slot(message), tuple(words)

        async def drop() -> int | None:
            return int(await self._store.client.hdel(slot, *texts))

        gone = await self._store.attempt(drop, None)
        await self._read(message, fresh=0.0)
        return gone

    async def _read(self, message: Message, fresh: float = FRESH_SECONDS) -> Known:
        where = _slot(message)
        known = self._known.get(where, NOTHING)
        if time.monotonic() - known.time < fresh:
            return known
        lines = await self._store.ask("HGETALL", where, default=dict(known.lines))
        if lines == known.lines:
            known = replace(known, time=time.monotonic())
        else:
            known = await asyncio.to_thread(_known, lines)
        self._known[where] = known
        self._known.move_to_end(where)
        if len(self._known) > MOST_CHATS:
            self._known.popitem(last=False)
        return known


def _known(lines: dict[str, Any]) -> Known:
    """Make a chat's segmentation, in a thread: the first of all loads the dictionary."""
    standard()
    words = tuple(_word(text, line) for text, line in sorted(lines.items()))
    folded = tuple(replace(word, text=fold(word.text)) for word in words)
    plain = Segmenter(words)
    return Known(time.monotonic(), lines, plain, plain if folded == words else Segmenter(folded))


def _word(text: str, line: str) -> Word:
    frequency, _, its_tag = line.partition(" ")
    return Word(text, int(frequency), its_tag)


def _slot(message: Message) -> str:
    return key("words", tag=chat_key(message.platform, message.chat.id))
