"""What processes do one after the other, with some seconds between them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.storage.store import Store, key

# KEYS what; ARGV milliseconds. Returns for how many milliseconds to wait before asking again: 0 is leave.
LEAVE = """
if redis.call('SET', KEYS[1], '', 'NX', 'PX', ARGV[1]) then return 0 end
return math.max(1, redis.call('PTTL', KEYS[1]))
"""


@dataclass(frozen=True, slots=True)
class Between:
    """Keeps the processes on one Redis apart. With Redis away nobody waits for others."""

    store: Store

    async def __call__(self, what: str, seconds: float, /) -> None:
        """Return when nobody was given leave for this within so many seconds."""
        slot = key("apart", tag=f"replicas:{what}")
        while wait := await self.store.ask("EVAL", LEAVE, 1, slot, int(seconds * 1000), default=0):  # noqa: ASYNC110 — a clock
            await asyncio.sleep(wait / 1000)
