"""The short form of the chaos: part of every test run. `make chaos` has the long one."""

from __future__ import annotations

import pytest

from tests.chaos.disasters import redis_stands_still, redis_stops, suffer
from tests.chaos.endings import asked_to_end
from tests.chaos.kills import run
from tests.chaos.process import Bot
from tests.chaos.verdict import Verdict
from tests.chaos.world import World

pytestmark = pytest.mark.timeout(120)


def faultless(verdict: Verdict) -> bool:
    print(verdict)
    return verdict.faultless and verdict.whole > 0


async def test_killed_at_random_instants_nothing_is_lost_and_nothing_is_answered_twice() -> None:
    assert faultless(await run(kills=6, seed=5))


async def test_while_redis_stands_still_everybody_is_answered_once() -> None:
    async def disaster(world: World, _: Bot) -> None:
        await redis_stands_still(world, 3)

    assert faultless(await suffer(disaster))


async def test_while_redis_is_away_everybody_is_answered_once() -> None:
    async def disaster(world: World, _: Bot) -> None:
        await redis_stops(world, 3)

    assert faultless(await suffer(disaster))


async def test_when_redis_has_forgotten_everything_everybody_is_answered_once() -> None:
    async def disaster(world: World, _: Bot) -> None:
        await redis_stops(world, 1, forgets=True)

    assert faultless(await suffer(disaster))


async def test_asked_to_end_under_load_it_ends_every_answer_and_exits_with_0() -> None:
    took = list[float]()

    async def disaster(world: World, bot: Bot) -> None:
        took.extend(await asked_to_end(world, bot, times=1))

    assert faultless(await suffer(disaster))
    assert len(took) == 1
