"""Kill the bot at random instants while people talk to it, and count what became of their questions."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.chaos.crowd import Crowd
from tests.chaos.process import Bot
from tests.chaos.talk import askers
from tests.chaos.verdict import Verdict
from tests.chaos.world import World, world
from tests.servers.balancer import Balancer

CONVERSATIONS = 50
# Seconds that a bot lives at most once it listens, and the share of those that are killed sooner.
LONGEST = 2.5
STARTING = 0.2
# The share of replicas that are not killed but stand still, for so many seconds.
STANDING, TAKEN_FOR_DEAD = 0.33, 6.0
PATIENCE = 10.0
# Seconds that a bot is given to start in, and to answer everything at the end. A busy machine needs them.
START, SETTLE = 60.0, 180.0


async def run(
    kills: int,
    seed: int,
    replicas: int = 1,
    *,
    conversations: int = CONVERSATIONS,
    redis_url: str = "",
    webhook: bool = False,
) -> Verdict:
    """Kill a talking bot so many times, let it end its answers, and return what became of all questions.

    Of several replicas each time one is killed or, one time in three, stands still long enough to be taken for dead.
    They use the server of the world, or that of `redis_url`. By `webhook` a load balancer brings Telegram's updates to
    all of them; otherwise one polls.
    """
    chance = random.Random(seed)
    async with world(redis_url) as place, _ways(replicas, webhook=webhook) as ways:
        # A replica that stood still hands over late what it had heard: Discord's people wait until they are answered.
        people = askers(place, conversations, patience=PATIENCE if replicas == 1 else START, listeners=replicas)
        crowd = Crowd(place, people, SETTLE)
        bots = [Bot(place.directory / "bot", {**place.environment, **way}) for way in ways]
        async with crowd.talking(bots, chance):
            await _kill_again_and_again(bots, place, kills, chance)
        return await crowd.total()


@asynccontextmanager
async def _ways(replicas: int, *, webhook: bool) -> AsyncIterator[list[dict[str, str]]]:
    """Give what each replica is told of the way that Telegram's updates take to it."""
    if not webhook:
        yield [{}] * replicas
        return
    async with Balancer(replicas) as balancer:
        yield balancer.environments
    print(f"{balancer.again} requests had to go to another replica")


async def _kill_again_and_again(bots: list[Bot], place: World, kills: int, chance: random.Random) -> None:
    for _ in range(kills):
        await _heard(place, chance)
        await pause(chance.uniform(0, LONGEST))
        bot = chance.choice(bots)
        if len(bots) > 1 and chance.random() < STANDING:
            bot.pause()
            await pause(TAKEN_FOR_DEAD)
            bot.go_on()
        else:
            await bot.kill()
            await bot.start()


async def _heard(place: World, chance: random.Random) -> None:
    """Wait until the bot listens; one time in five do not, so that it is killed while it starts."""
    updates = place.telegram.updates
    before = updates.polled + updates.brought
    if chance.random() > STARTING:
        await updates.bell.until(lambda: updates.polled + updates.brought > before + 1, START)


async def pause(seconds: float) -> None:
    """Let time pass: the instants of disasters are random, so there is no event to wait for."""
    await asyncio.sleep(seconds)
