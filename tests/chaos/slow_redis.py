"""The line to Redis is slow, stalls and tears while people talk. The bot must be started on `World.line`."""

from __future__ import annotations

import random

from tests.chaos.kills import pause
from tests.chaos.process import Bot
from tests.chaos.world import World

# Seconds that each piece takes, one way; longer than the bot waits for an answer.
LATENCY, STALL = (0.05, 0.3), 4.0
APART = 0.5


async def redis_is_slow(place: World, _: Bot, *, seconds: float = 4.0) -> None:
    """Let everything take 50 to 300 ms each way."""
    place.line.delay = LATENCY
    await pause(seconds)


async def redis_stalls(place: World, _: Bot, *, times: int = 1) -> None:
    """Let nothing through for longer than the bot waits; then everything comes, what was given up too."""
    for _time in range(times):
        place.line.stall()
        await pause(STALL)
        place.line.flow()
        await pause(STALL / 2)


async def redis_tears(place: World, _: Bot, *, times: int = 8, seed: int = 1) -> None:
    """Break connections within a command, or between a command and its answer, and now and then all at once."""
    chance = random.Random(seed)
    for number in range(times):
        place.line.tears += chance.choice((1, 2))
        await pause(chance.uniform(0, 2 * APART))
        if number % 4 == 3:
            place.line.cut()
    print(f"{place.line.torn} connections to Redis were torn")
