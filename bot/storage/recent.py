"""What people said in a chat lately: kept only where the chat has switched that on, bounded by number, size and age."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.command import asked_word
from bot.domain.encoding import line_of, readable
from bot.domain.message import Conversation, Message
from bot.storage.chat_settings import chat_key
from bot.storage.memory import APPEND, removal
from bot.storage.person_index import PersonIndex, note
from bot.storage.store import Store, key

MOST = 200
BYTES = 65_536
SECONDS = 7 * 86_400
LONGEST = 4096
# The chat's choice is looked at again where the text is kept, so that nothing is kept after it was switched off.
KEEP = f"if redis.call('HGET', KEYS[2], 'recent') ~= 'on' then return 0 end\n{APPEND}"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person said. `time` is in seconds since the epoch."""

    person: str
    text: str
    time: float


class Recent:
    """The latest remarks of each chat, at most 200 and 64 KiB of them, for seven days. Empty with Redis away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._places = PersonIndex(store)

    async def keep(self, message: Message) -> None:
        """Keep what a person said, unless the chat has not switched that on, or it was a command or a button."""
        if message.choice or message.invocation or not message.text.strip() or asked_word(message.text):
            return
        remark = Remark(message.sender.id, message.text[:LONGEST], message.time)
        line = line_of(remark)
        where = Conversation(message.platform, message.chat.id, "", "")
        keys = _recent_key(where.platform, where.chat), key("options", tag=chat_key(where.platform, where.chat))
        noted = note(message.sender.id, where, SECONDS)
        await self._store.write(*noted, ("EVAL", KEEP, 2, *keys, line, MOST, BYTES, SECONDS))

    async def of(self, message: Message, last: int = MOST) -> tuple[Remark, ...]:
        """Return the last remarks of the message's chat, the oldest first."""
        return (await self._read(message.platform, message.chat.id))[-last:]

    async def own(self, platform: str, person: str) -> dict[str, tuple[Remark, ...]]:
        """Return what is kept of a person's remarks, by chat."""
        chats = sorted({where.chat for where in await self._places.of(platform, person)})
        kept = {chat: await self._read(platform, chat) for chat in chats}
        own = {chat: tuple(each for each in remarks if each.person == person) for chat, remarks in kept.items()}
        return {chat: remarks for chat, remarks in own.items() if remarks}

    async def clear(self, message: Message) -> None:
        """Forget all remarks of the message's chat."""
        slot = _recent_key(message.platform, message.chat.id)
        await self._store.attempt(lambda: self._store.client.delete(slot), 0)

    async def forget(self, platform: str, person: str) -> None:
        """Forget a person's remarks in every chat; the others' stay."""
        for chat in {where.chat for where in await self._places.of(platform, person)}:
            slot = _recent_key(platform, chat)
            await self._store.attempt(lambda slot=slot: self._store.client.eval(*removal(slot, person)), 0)  # type: ignore[misc]  # mypy takes no default in a lambda

    async def _read(self, platform: str, chat: str) -> tuple[Remark, ...]:
        none: list[str] = []
        slot = _recent_key(platform, chat)
        lines = await self._store.attempt(lambda: self._store.client.lrange(slot, 0, -1), none)
        return readable(Remark, lines)


def _recent_key(platform: str, chat: str) -> str:
    return key("recent", tag=chat_key(platform, chat))
