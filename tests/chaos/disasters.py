"""What else can happen while people talk: Redis goes away, stands still or forgets; the bot is asked to end."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from tests.chaos.crowd import Crowd
from tests.chaos.kills import LONGEST, pause
from tests.chaos.process import Bot
from tests.chaos.talk import askers
from tests.chaos.verdict import Verdict
from tests.chaos.world import World, world

Disaster = Callable[[World, Bot], Awaitable[None]]
SETTLE = 60.0


async def suffer(
    disaster: Disaster,
    settings: Mapping[str, str] = MappingProxyType({}),
    *,
    conversations: int = 12,
    seed: int = 1,
    by_line: bool = False,
) -> Verdict:
    """Let a disaster happen to a talking bot, and return what became of all questions when it is over.

    `settings` are variables of the bot's environment beside those of the world; `by_line` leads it to Redis by the
    world's `line`.
    """
    async with world() as place:
        way = {"REDIS_URL": place.line.url} if by_line else {}
        bot = Bot(place.directory / "bot", {**place.environment, **way, **settings})
        crowd = Crowd(place, askers(place, conversations), SETTLE)
        async with crowd.talking([bot], random.Random(seed)):
            await crowd.heard()
            await disaster(place, bot)
            await pause(LONGEST)
        print(bot.log.read_text() if "Traceback" in bot.log.read_text() else "", end="")
        return await crowd.total()


async def redis_stands_still(place: World, seconds: float) -> None:
    """Let the server take connections and answer nothing for so long."""
    process = place.valkey._process
    process.send_signal(signal.SIGSTOP)
    await pause(seconds)
    process.send_signal(signal.SIGCONT)


async def redis_stops(place: World, seconds: float, *, forgets: bool = False) -> None:
    """Stop the server for so long; it comes back with what it had, or empty."""
    await asyncio.to_thread(place.valkey.stop)
    await pause(seconds)
    if forgets:
        shutil.rmtree(place.directory / "redis")
        (place.directory / "redis").mkdir()
    await asyncio.to_thread(place.valkey.start)
