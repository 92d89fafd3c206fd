"""A Discord that hangs or is away, and a bot that ends or begins meanwhile: nothing that was heard goes unanswered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.chaos.process import Bot
from tests.chaos.world import World, world
from tests.looking import seen

pytestmark = pytest.mark.timeout(90)
GIVEN_UP, PUT_OFF = "did not take the acknowledgement", "a chat is silenced by its platform"


@asynccontextmanager
async def running(**settings: str) -> AsyncIterator[tuple[World, Bot]]:
    async with world(delay=0.0) as place:
        bot = Bot(place.directory / "bot", {**place.environment, "TELEGRAM_TOKEN": "", **settings})
        try:
            await bot.start()
            await place.discord.connects()
            yield place, bot
        finally:
            await bot.end_if_running()


async def kept(place: World, *updates: str) -> bool:
    return (await place.accepted()).keys() >= set(updates)


async def tried(bot: Bot) -> bool:
    return PUT_OFF in bot.log.read_text()


async def test_what_was_said_behind_a_slash_command_is_kept_at_once() -> None:
    async with running() as (place, bot):
        discord = place.discord
        nia, bob = discord.dm("nia"), discord.dm("bob")
        discord.stall("POST /interactions/")
        asked = await nia.invokes("help")
        said = await bob.says("tell me about 1.0")
        await seen(lambda: kept(place, asked.id, said.id), 10)
        assert GIVEN_UP not in bot.log.read_text()  # not because Discord's 3 s were over
        assert await bot.terminate() == 0
        await nia.sees_part("/reset")
        await bob.sees_part("«/1.0»")


async def test_an_answer_that_another_process_left_waits_until_discord_can_be_reached() -> None:
    async with running() as (place, bot):
        bob = place.discord.dm("bob")
        place.model.hang()
        await bob.says("tell me about 1.0")
        await place.model.arrived(1)
        await bot.kill()
        await place.discord.stop()
        await bot.start()
        await seen(lambda: tried(bot), 30)
        await place.discord.start()
        await bob.sees_part("«/1.0»", within=40)
        assert len(bob.screen) == 1
