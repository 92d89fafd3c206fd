"""Several processes on one Redis: one answers each conversation, and any of them takes over from any other."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from tests.chaos import cluster_kills, outages
from tests.chaos.disasters import redis_stops
from tests.chaos.kills import pause, run
from tests.chaos.process import Bot, ended
from tests.chaos.world import World, world
from tests.looking import seen

SECONDS = 30.0
# Seconds within which a second bot has started, and the first knows of it.
SETTLED = 6.0
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def place() -> AsyncIterator[World]:
    async with world() as place:
        place.telegram.patience = 30
        yield place


async def test_of_three_replicas_any_may_die_or_stand_still() -> None:
    verdict = await run(kills=3, seed=4, replicas=3, conversations=15)
    print(verdict)
    assert verdict.faultless
    assert verdict.whole


async def test_updates_that_a_load_balancer_brings_to_replicas_that_die_are_answered_once() -> None:
    verdict = await run(kills=3, seed=4, replicas=3, conversations=10, webhook=True)
    print(verdict)
    assert verdict.faultless
    assert verdict.whole


async def test_while_their_one_redis_is_away_replicas_answer_everybody_once() -> None:
    async def outage(place: World) -> None:
        await redis_stops(place, 4)

    verdict = await outages.run(outage, times=1, seed=1, conversations=12)
    print(verdict)
    assert verdict.faultless
    assert verdict.whole


async def test_one_of_two_that_is_cut_off_from_redis_leaves_polling_to_the_other(place: World) -> None:
    updates, alice = place.telegram.updates, place.telegram.private("alice")
    cut_off = Bot(place.directory / "cut-off", {**place.environment, "REDIS_URL": place.line.url})
    other = Bot(place.directory / "other", place.environment)

    async def gave_up() -> bool:
        return "another process listens now" in cut_off.log.read_text()

    try:
        await cut_off.start()
        assert await updates.bell.until(lambda: updates.polled > 0, SECONDS)
        await other.start()
        await pause(SETTLED)
        place.line.stall()
        place.line.cut()
        assert await seen(gave_up, SECONDS)
        await alice.says("tell me about 1.0")
        await alice.sees(re.compile("«/1.0»"))
    finally:
        await cut_off.end_if_running()
        await other.end_if_running()


@pytest.mark.parametrize("replicated", [False, True])
async def test_replicas_and_a_node_of_their_cluster_may_be_killed_in_turn(*, replicated: bool) -> None:
    verdict = await cluster_kills.run(rounds=1, seed=1, replicated=replicated, conversations=9)
    print(verdict)
    assert verdict.faultless
    assert verdict.whole


async def test_a_crew_answers_starts_dead_children_again_and_exits_with_0(place: World) -> None:
    bot = Bot(place.directory / "bot", {**place.environment, "REDIS_URL": ""}, "--replicas", "2")
    await bot.start()
    alice = place.telegram.private("alice")
    try:
        await alice.says("tell me about 1.0")
        await alice.sees(re.compile("«/1.0»"))
        await bot.kill_children()
        await alice.says("tell me about 1.2")
        await alice.sees(re.compile("«/1.2»"))
    finally:
        code = await bot.terminate()
    assert code == 0
    assert "has died and is started again" in bot.log.read_text()


async def test_children_whose_parent_was_killed_finish_their_answers_and_end(place: World) -> None:
    bot = Bot(place.directory / "bot", place.environment, "--replicas", "2")
    await bot.start()
    alice = place.telegram.private("alice")
    await alice.says("tell me about 1.1")
    await place.model.arrived(1)
    children = bot.children
    await bot.kill()
    await alice.sees(re.compile("«/1.1»"))
    for child in children:
        await ended(child, SECONDS)
    assert len(children) == 2
