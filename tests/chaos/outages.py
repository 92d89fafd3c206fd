"""The one Redis of several replicas goes away, stands still or comes back empty while people talk."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

from tests.chaos.crowd import Crowd
from tests.chaos.kills import SETTLE, START, pause
from tests.chaos.process import Bot
from tests.chaos.talk import askers
from tests.chaos.verdict import Verdict
from tests.chaos.world import World, world

REPLICAS = 3
# Seconds from one outage to the next, at most: some begin before everything is as it was.
BETWEEN = 8.0


async def run(outage: Callable[[World], Awaitable[None]], times: int, seed: int, *, conversations: int = 15) -> Verdict:
    """Let talking replicas suffer so many outages, and return what became of all questions when Redis is back."""
    chance = random.Random(seed)
    async with world() as place:
        # None of them stands still, so that whoever listens hears everything in its order. When something was accepted
        # is no measure of it: Redis is told of what came meanwhile when it is back.
        people = askers(place, conversations, patience=START)
        bots = [Bot(place.directory / f"bot-{number}", place.environment) for number in range(REPLICAS)]
        crowd = Crowd(place, people, SETTLE)
        async with crowd.talking(bots, chance):
            await crowd.heard()
            for _ in range(times):
                await pause(chance.uniform(0, BETWEEN))
                await outage(place)
            await pause(BETWEEN)
        return await crowd.total()
