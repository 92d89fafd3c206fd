"""Kill the bot at random instants while people talk to it, and count what became of their questions."""

from __future__ import annotations

import asyncio
import random
import time

from tests.chaos.process import Bot
from tests.chaos.talk import Asker, askers
from tests.chaos.verdict import Verdict
from tests.chaos.world import World, world

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
    kills: int, seed: int, replicas: int = 1, *, conversations: int = CONVERSATIONS, redis_url: str = ""
) -> Verdict:
    """Kill a talking bot so many times, let it end its answers, and return what became of all questions.

    Of several replicas each time one is killed or, one time in three, stands still long enough to be taken for dead.
    They use the server of the world, or that of `redis_url`.
    """
    chance = random.Random(seed)
    async with world(redis_url) as place:
        # A replica that stood still hands over late what it had heard: Discord's people wait until they are answered.
        people = askers(place, conversations, patience=PATIENCE if replicas == 1 else START)
        bots = [Bot(place.directory / "bot", place.environment) for _ in range(replicas)]
        over = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                for each in people:
                    group.create_task(each.talk(over, random.Random(chance.random())))
                await _kill_again_and_again(bots, place, kills, chance)
                over.set()
                for each in people:
                    each.wake()
            await settled(people, place, SETTLE)
        finally:
            for bot in bots:
                await bot.kill()
        return await total(people, place)


async def _kill_again_and_again(bots: list[Bot], place: World, kills: int, chance: random.Random) -> None:
    for bot in bots:
        await bot.start()
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
    polled = updates.polled
    if chance.random() > STARTING:
        await updates.bell.until(lambda: updates.polled > polled + 1, START)


async def pause(seconds: float) -> None:
    """Let time pass: the instants of disasters are random, so there is no event to wait for."""
    await asyncio.sleep(seconds)


async def settled(people: list[Asker], place: World, seconds: float) -> bool:
    """Wait until every question has come to its end, also those that were accepted meanwhile."""
    end = time.monotonic() + seconds
    accepted, known = await place.accepted(), set[str]()
    while accepted != known:
        for each in people:
            await each.until(lambda each=each, accepted=accepted: each.settled(accepted), end - time.monotonic())  # type: ignore[misc]  # mypy cannot infer defaults of a lambda
        accepted, known = await place.accepted(), accepted
    return all(each.settled(accepted) for each in people)


async def total(people: list[Asker], place: World) -> Verdict:
    """Return what became of everybody's questions."""
    accepted = await place.accepted()
    verdict = Verdict()
    for each in people:
        verdict.add(each.verdict(accepted))
    return verdict
