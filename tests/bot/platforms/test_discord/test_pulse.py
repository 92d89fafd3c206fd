"""Whether the gateway is connected, and when it was last heard."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.message import Message
from bot.platforms.discord import Discord
from bot.runtime.watchdog import SilentError, watched
from tests.bot.platforms.test_discord.conftest import Bot, listening, made, silence
from tests.servers.discord import DiscordServer


async def test_it_is_connected_as_long_as_the_gateway_is(server: DiscordServer) -> None:
    async with listening(server, answer=silence) as bot:
        assert isinstance(bot.platform, Discord)
        await _until_connected(bot.platform, connected=True)
        await server.stop()
        await _until_connected(bot.platform, connected=False)
        await server.start()
        await _until_connected(bot.platform, connected=True)
    assert not bot.platform.pulse().connected


async def test_every_frame_is_a_sign_of_life(server: DiscordServer) -> None:
    server.gateway.interval = 0.05
    async with listening(server, answer=silence) as bot:
        await _until_connected(bot.platform, connected=True)
        before = bot.platform.pulse().at
        beats = server.gateway.heartbeats
        await server.until(lambda: server.gateway.heartbeats > beats + 2, lambda: "no heartbeats")
        assert bot.platform.pulse().at > before


async def test_a_message_that_is_never_taken_over_is_noticed_and_the_next_one_heard(server: DiscordServer) -> None:
    alice, stuck = server.dm("alice"), asyncio.Event()

    async def never(message: Message, platform: Discord) -> None:
        if message.text == "one":
            stuck.set()
            await asyncio.Event().wait()

    platform = made(server)
    bot = Bot(server, platform, never)
    async with asyncio.TaskGroup() as group:
        watched = group.create_task(_silent(platform, bot))
        await server.connects(1)
        await alice.says("one")
        await stuck.wait()
        assert await watched
        again = group.create_task(platform.listen(bot.receive, bot.moved))
        await server.connects(2)
        await alice.says("two")
        assert (await bot.hears(2)).text == "two"
        again.cancel()
    await platform.close()


async def _silent(platform: Discord, bot: Bot) -> bool:
    with pytest.raises(SilentError):
        await watched(platform, platform.listen(bot.receive, bot.moved), 1.0)
    return True


async def _until_connected(platform: Discord, *, connected: bool) -> None:
    client = await platform._login.client()
    events = ("connect", "resumed") if connected else ("disconnect",)
    async with asyncio.timeout(20):
        while platform.pulse().connected != connected:
            waiting = [asyncio.ensure_future(client.wait_for(each)) for each in events]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for each in waiting:
                each.cancel()
