"""What else goes wrong while people talk, in short: the model, the platforms, the line to Redis."""

from __future__ import annotations

import pytest

from tests.chaos.disasters import suffer
from tests.chaos.discord_faults import commands_fail, discord_fails
from tests.chaos.model_faults import IMPATIENT, WAYS, model_fails
from tests.chaos.process import Bot
from tests.chaos.slow_redis import redis_is_slow, redis_stalls, redis_tears
from tests.chaos.telegram_faults import one_chat_is_flooded, second_poller, telegram_fails
from tests.chaos.verdict import Verdict
from tests.chaos.world import World

pytestmark = pytest.mark.timeout(120)


def faultless(verdict: Verdict) -> bool:
    print(verdict)
    return verdict.faultless and verdict.whole > 0


async def test_however_the_model_fails_everybody_is_answered_or_told_why() -> None:
    verdict = await suffer(model_fails, IMPATIENT)
    assert faultless(verdict)
    assert 0 < verdict.refused + verdict.broken <= len(WAYS)


async def test_whatever_telegram_refuses_or_cuts_everybody_is_answered_once() -> None:
    async def disaster(world: World, bot: Bot) -> None:
        await telegram_fails(world, bot)
        await second_poller(world, bot)
        await one_chat_is_flooded(world, bot)

    assert faultless(await suffer(disaster))


async def test_however_discord_breaks_everybody_is_answered_once() -> None:
    async def disaster(world: World, bot: Bot) -> None:
        await discord_fails(world, bot)
        await commands_fail(world, bot)

    assert faultless(await suffer(disaster))


async def test_on_a_slow_line_to_redis_that_stalls_and_tears_everybody_is_answered_once() -> None:
    async def disaster(world: World, bot: Bot) -> None:
        await redis_is_slow(world, bot)
        await redis_tears(world, bot)
        await redis_stalls(world, bot)

    assert faultless(await suffer(disaster, by_line=True))
