"""What is remembered of a conversation, in Redis: whole exchanges, bounded by number, size and age."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.config.settings import Settings
from bot.domain.encoding import line_of, readable, utf8_line_of
from bot.domain.message import Conversation, Message
from bot.storage.chat_settings import ChatSettings
from bot.storage.connection import Command
from bot.storage.person_index import PersonIndex, note
from bot.storage.store import Store, key

# One call: append, bound by number and by bytes (the oldest go first, the newest always stays), refresh the age.
# An exchange that is already the last one is not appended again.
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
# Takes one person's lines out of a list that many share: the others' are not touched, nor the list's age. A line that
# the decoder refuses (older versions wrote lone surrogates) is the person's where it begins like theirs.
REMOVE = """
local removed = 0
for _, line in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local readable, kept = pcall(cjson.decode, line)
  local own = string.sub(line, 1, #ARGV[2]) == ARGV[2]
  if readable then own = type(kept) == 'table' and kept.person == ARGV[1] end
  if own then removed = removed + redis.call('LREM', KEYS[1], 0, line) end
end
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
        self._places = PersonIndex(store)

    async def recall(self, message: Message, options: ChatSettings) -> tuple[Exchange, ...]:
        """Return what is remembered of the message's conversation, the oldest first."""
        where = remembered(message, options)
        return await self.read(where) if where else ()

    async def read(self, where: Conversation) -> tuple[Exchange, ...]:
        """Return what is remembered of a conversation, the oldest first."""
        none: list[str] = []
        lines = await self._store.attempt(lambda: self._store.client.lrange(memory_key(where), 0, -1), none)
        return readable(Exchange, lines)

    async def add(self, message: Message, answer: str, source: str, options: ChatSettings) -> None:
        """Keep a message and the answer to it together, or, when Redis fails, neither."""
        await self._store.write(*self.adding(message, answer, source, options))

    def adding(self, message: Message, answer: str, source: str, options: ChatSettings) -> tuple[Command, ...]:
        """Return the commands that keep a message and the answer to it together, to be sent along with others."""
        where = remembered(message, options)
        if where is None:
            return ()
        sender, settings = message.sender, self._settings
        exchange = Exchange(sender.id, sender.name, message.text, answer, message.time, source)
        line = utf8_line_of(exchange)
        bounds = settings.memory_turns, settings.memory_bytes, settings.memory_ttl
        noted = note(sender.id, where, settings.memory_ttl)
        return *noted, ("EVAL", APPEND, 1, memory_key(where), line, *bounds)

    async def reset(self, message: Message, options: ChatSettings) -> bool:
        """Forget this conversation (of a shared one: all of it). Return whether there was anything."""
        where = remembered(message, options) or message.conversation
        return bool(await self._store.attempt(lambda: self._store.client.delete(memory_key(where)), 0))

    async def forget(self, platform: str, person: str) -> int:
        """Forget everything said by and to a person in every chat. Return in how many conversations there was any."""
        places = await self._places.of(platform, person)
        return sum([bool(await self._forget_in(where, person)) for where in places])

    async def _forget_in(self, where: Conversation, person: str) -> int:
        where_key = memory_key(where)
        client = self._store.client
        if where.person:
            return int(await self._store.attempt(lambda: client.delete(where_key), 0))
        return int(await self._store.attempt(lambda: client.eval(*removal(where_key, person)), 0))


def remembered(message: Message, options: ChatSettings) -> Conversation | None:
    """Return under what a message is remembered in a chat with these options, or None where nothing is."""
    if options.memory == "off":
        return None
    own = message.conversation
    return replace(own, person="") if options.memory == "shared" and not message.chat.private else own


def memory_key(where: Conversation) -> str:
    """Return the key of a conversation's memory."""
    return key("memory", tag=where.key)


def removal(slot: str, person: str) -> tuple[str, int, str, str, str]:
    """Return the script, with its arguments, that takes a person's lines out of a list."""
    return REMOVE, 1, slot, person, line_of({"person": person})[:-1]
