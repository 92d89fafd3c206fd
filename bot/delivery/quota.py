"""The rate of one chat when several processes write into it: a bucket of tokens and a silence in Redis for all."""

from __future__ import annotations

from dataclasses import dataclass

from bot.contract import Rate
from bot.queue.replica import Presence
from bot.storage.store import Store, key

# A bucket that nobody has touched for so long is full.
LONGEST_SECONDS = 3_600

# KEYS bucket; ARGV burst, interval, tokens that must be left. Returns milliseconds to wait; 0: a token was taken.
TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local burst, interval, spare = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'silent')
local silent = tonumber(kept[3] or 0)
if silent > now then return math.ceil((silent - now) * 1000) end
local tokens = burst
if kept[1] and interval > 0 then tokens = math.min(burst, kept[1] + (now - kept[2]) / interval) end
local wait = (1 + spare - tokens) * interval
if wait > 0 then return math.ceil(wait * 1000) end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - 1), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(math.max(burst * interval, 1)) + 1)
return 0
"""
# KEYS bucket; ARGV seconds, seconds for which a silence keeps a bucket at most. It never makes them fewer: what is
# forgotten is full.
SILENCE = """
local time = redis.call('TIME')
local till = time[1] + time[2] / 1000000 + tonumber(ARGV[1])
if till > tonumber(redis.call('HGET', KEYS[1], 'silent') or 0) then
  redis.call('HSET', KEYS[1], 'silent', tostring(till))
  local seconds = math.min(math.ceil(ARGV[1]) + 1, tonumber(ARGV[2]))
  if seconds > redis.call('TTL', KEYS[1]) then redis.call('EXPIRE', KEYS[1], seconds) end
end
return 1
"""


@dataclass(frozen=True, slots=True)
class SharedTokenBucket:
    """What all processes together may write. Alone, or with Redis away, a process pays nothing and asks nobody."""

    store: Store
    presence: Presence

    async def take(self, chat: str, rate: Rate, spare: int = 0) -> float:
        """Take a token where more than `spare` are left. Return 0, or the seconds after which to ask again."""
        if not self.presence.several:
            return 0.0
        values = rate.burst, rate.interval, min(spare, rate.burst - 1)
        return await self.store.ask("EVAL", TAKE, 1, _bucket(chat), *values, default=0) / 1000

    async def silence(self, chat: str, seconds: float) -> None:
        """Tell the others that the platform has asked for silence."""
        if self.presence.several:
            await self.store.ask("EVAL", SILENCE, 1, _bucket(chat), seconds, LONGEST_SECONDS, default=0)


def _bucket(chat: str) -> str:
    return key("rate", tag=chat.replace("{", "%7B").replace("}", "%7D"))
