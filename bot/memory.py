"""What is remembered of a conversation, in Redis: whole exchanges, bounded by number, size and age."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from urllib.parse import quote

from bot.model import Conversation, Message, Reply
from bot.options import Options
from bot.settings import Settings
from bot.store import Store, key

# One call: append, bound by number and by bytes (oldest first out, the newest always stays), refresh the age.
# An exchange whose copy is already the last one is not appended again.
APPEND = """
if redis.call('LINDEX', KEYS[1], -1) == ARGV[1] then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], -tonumber(ARGV[2]), -1)
local bytes, kept = 0, redis.call('LRANGE', KEYS[1], 0, -1)
for i = #kept, 1, -1 do
  bytes = bytes + #kept[i]
  if bytes > tonumber(ARGV[3]) and i < #kept then
    redis.call('LTRIM', KEYS[1], i - #kept, -1)
    break
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
"""
# Takes one person's exchanges out of a conversation that many share.
REMOVE = """
local age = redis.call('TTL', KEYS[1])
local kept = redis.call('LRANGE', KEYS[1], 0, -1)
local removed = 0
redis.call('DEL', KEYS[1])
for _, item in ipairs(kept) do
  if cjson.decode(item).person == ARGV[1] then removed = removed + 1
  else redis.call('RPUSH', KEYS[1], item) end
end
if age > 0 then redis.call('EXPIRE', KEYS[1], age) end
return removed
"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, kept together. `time` is in seconds since the epoch, `source` the stage's kind."""

    person: str
    name: str
    question: str
    answer: str
    time: float
    source: str


class Memory:
    """Who said what and was told what. With Redis away it is empty, and forgets what is added."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._append = store.client.register_script(APPEND)
        self._remove = store.client.register_script(REMOVE)

    async def recall(self, message: Message, options: Options) -> tuple[Exchange, ...]:
        """Return what is remembered of the message's conversation, the oldest first."""
        where = remembered(message, options)
        if where is None:
            return ()
        lines: list[str] = await self._store.attempt(lambda: self._store.client.lrange(_key(where), 0, -1), [])
        return tuple(Exchange(**json.loads(line)) for line in lines)

    async def add(self, message: Message, reply: Reply, answer: str, options: Options) -> None:
        """Keep question and answer together, or, when Redis fails, neither."""
        where = remembered(message, options)
        if where is None:
            return
        exchange = Exchange(
            message.sender.id, message.sender.name, message.text, answer, message.time, reply.source.kind
        )
        line = json.dumps(asdict(exchange), separators=(",", ":"))
        bounds = self._settings.memory_turns, self._settings.memory_bytes, self._settings.memory_ttl

        async def append() -> None:
            await self._index(message, where)
            await self._append(keys=[_key(where)], args=[line, *bounds])

        await self._store.attempt(append, None)

    async def reset(self, message: Message, options: Options) -> bool:
        """Forget this conversation (of a shared one: all of it). Return whether there was anything."""
        where = remembered(message, options) or message.conversation
        return bool(await self._store.attempt(lambda: self._store.client.delete(_key(where)), 0))

    async def places(self, platform: str, person: str) -> tuple[Conversation, ...]:
        """Return every conversation on a platform that may hold something about a person."""
        members: set[str] = await self._store.attempt(
            lambda: self._store.client.smembers(_index_key(platform, person)), set()
        )
        return tuple(Conversation(**json.loads(member)) for member in sorted(members))

    async def forget(self, platform: str, person: str) -> int:
        """Forget everything kept about a person in every chat. Return from how many conversations."""
        forgotten = 0
        for where in await self.places(platform, person):
            forgotten += bool(await self._forget_in(where, person))
        await self._store.attempt(lambda: self._store.client.delete(_index_key(platform, person)), 0)
        return forgotten

    async def _forget_in(self, where: Conversation, person: str) -> int:
        if where.person:
            return int(await self._store.attempt(lambda: self._store.client.delete(_key(where)), 0))
        return int(await self._store.attempt(lambda: self._remove(keys=[_key(where)], args=[person]), 0))

    async def _index(self, message: Message, where: Conversation) -> None:
        """Note where something about this person is kept before it is, so that `forget` misses nothing."""
        index = _index_key(message.platform, message.sender.id)
        member = json.dumps(asdict(where), separators=(",", ":"), sort_keys=True)
        await self._store.client.sadd(index, member)


def remembered(message: Message, options: Options) -> Conversation | None:
    """Return under what a message's exchange is remembered in a chat with these options, or None where nothing is."""
    if options.memory == "off":
        return None
    own = message.conversation
    return replace(own, person="") if options.memory == "shared" and not message.chat.private else own


def _key(where: Conversation) -> str:
    return key("memory", tag=where.key)


def _index_key(platform: str, person: str) -> str:
    return key("places", tag=f"{quote(platform, safe='')}:{quote(person, safe='')}")
