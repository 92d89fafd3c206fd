"""Replicas of the bot and nodes of its Redis Cluster are killed in turn while people talk."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.chaos.crowd import Crowd
from tests.chaos.kills import SETTLE, pause
from tests.chaos.process import Bot
from tests.chaos.talk import askers
from tests.chaos.verdict import Verdict
from tests.chaos.world import world
from tests.servers.cluster import MASTERS, Cluster, cluster

REPLICAS = 3
# Seconds that a node is away: less and more than its neighbours wait (2 s) before they take it for dead.
AWAY = (0.5, 4.0)
# Seconds within which the bot has told a node that is back what it had to keep for itself meanwhile.
CAUGHT_UP = 5.0


async def run(rounds: int, seed: int, *, replicated: bool = False, conversations: int = 15) -> Verdict:
    """Kill a replica and then a node, so many times, and return what became of all questions.

    A node comes back with what its disk has; `replicated`: not before its replica has taken its place.
    """
    chance = random.Random(seed)
    async with _clustered(replicated=replicated) as nodes, world(nodes.url) as place:
        crowd = Crowd(place, askers(place, conversations, patience=SETTLE), SETTLE)
        bots = [Bot(place.directory / f"bot-{number}", place.environment) for number in range(REPLICAS)]
        async with crowd.talking(bots, chance):
            await crowd.heard()
            for _ in range(rounds):
                # The next is killed when what the one before has left behind is answered.
                await _kill_replica(chance.choice(bots), chance)
                await crowd.answered()
                await _kill_node(nodes, chance, replicated=replicated)
                await crowd.answered()
        return await crowd.total()


async def _kill_replica(bot: Bot, chance: random.Random) -> None:
    await pause(chance.uniform(0, 1))
    await bot.kill()
    await bot.start()


async def _kill_node(nodes: Cluster, chance: random.Random, *, replicated: bool) -> None:
    await pause(chance.uniform(0, 1))
    node = chance.choice([number for number in range(len(nodes.nodes)) if nodes.master(number)])
    nodes.kill(node)
    if replicated:
        await asyncio.to_thread(nodes.await_masters, MASTERS, besides=node)
    else:
        await pause(chance.uniform(*AWAY))
    await asyncio.to_thread(nodes.start, node)
    await asyncio.to_thread(nodes.await_whole)
    await pause(CAUGHT_UP)


@asynccontextmanager
async def _clustered(*, replicated: bool) -> AsyncIterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory:
        running = cluster(Path(directory), replicated=replicated)
        nodes = await asyncio.to_thread(running.__enter__)
        try:
            yield nodes
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)
