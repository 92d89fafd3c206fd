"""A number that all processes which take part in something go by, for as long as any of them does."""

from __future__ import annotations

from bot.queue.replica import doing_key
from bot.storage.store import Store, key

KEPT_MILLISECONDS = 3_000

# KEYS number; ARGV own number, milliseconds. Proposes a number, and returns the one that is in use.
AGREE = """
local number = redis.call('GET', KEYS[1]) or ARGV[1]
redis.call('SET', KEYS[1], number, 'PX', ARGV[2])
return tonumber(number)
"""
# KEYS who takes part, number; ARGV boot. With the last one the number goes.
LEAVE = """
redis.call('ZREM', KEYS[1], ARGV[1])
if redis.call('ZCARD', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]) end
return 0
"""


async def agree(store: Store, doing: str, number: int) -> int:
    """Return the number that others go by already, or else this one; it is to be said again within 3 s.

    With Redis away everyone goes by its own.
    """
    agreed: int = await store.ask("EVAL", AGREE, 1, agreed_key(doing), number, KEPT_MILLISECONDS, default=number)
    return agreed


async def leave(store: Store, boot: str, doing: str) -> None:
    """Say that a process takes part no more."""
    await store.write(("EVAL", LEAVE, 2, doing_key(doing), agreed_key(doing), boot))


def agreed_key(doing: str) -> str:
    """Return where the number is kept."""
    return key("agreed", tag=f"replicas:{doing}")
