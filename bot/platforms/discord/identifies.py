"""When sessions with the gateway may be begun: so many at once, and the next ones some seconds later.

https://discord.com/developers/docs/events/gateway#rate-limiting
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

from bot.contract import Apart

# Discord's 5 s are counted where the sessions arrive; a connection takes now shorter, now longer to get there.
SECONDS = 6.0


async def alone(_what: str, _seconds: float, /) -> None:
    """There is no other process."""


class Identifies:
    """The sessions that this process begins.

    Attributes:
        at_once: How many Discord takes at once (`max_concurrency`): one of each bucket of shards.
        apart: Keeps other processes from beginning theirs at the same time.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self.at_once = 1
        self.apart: Apart = alone
        self._queues: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._free: dict[int, float] = {}

    async def turn(self, shard: int) -> None:
        """Wait until a shard may begin its session."""
        bucket, now = shard % self.at_once, asyncio.get_running_loop().time
        async with self._queues[bucket]:
            while (rest := self._free.get(bucket, 0.0) - now()) > 0:  # noqa: ASYNC110 — a clock
                await asyncio.sleep(rest)
            await self.apart(f"discord:identify:{bucket}", self.seconds)
            self.begins(shard)

    def begins(self, shard: int) -> None:
        """Let the next one wait from now on."""
        self._free[shard % self.at_once] = asyncio.get_running_loop().time() + self.seconds
