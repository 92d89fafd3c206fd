"""A gateway that takes connections and ends them is asked less and less often, and that is told once."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.platforms.discord import Discord
from bot.platforms.discord.reconnects import MOST_SESSIONS
from tests.bot.platforms.test_discord.conftest import Bot, listening, made, silence
from tests.servers.discord import DiscordServer

CODES = [1001, 1011, 4000, 4008, 4009]
FIRST = 0.05  # seconds; the next pauses are twice as long each
AT_LEAST = FIRST * (2 + 4 + 8) / 2  # jitter takes at most half of each


async def _hurried(platform: Discord) -> None:
    client = await platform._login.client()
    client.reconnects.first = FIRST


@pytest.mark.parametrize("code", CODES)
async def test_a_gateway_that_ends_connections_before_they_are_ready_is_tried_less_and_less_often(
    server: DiscordServer, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    gateway = server.gateway
    async with listening(server, answer=silence) as bot:
        await _hurried(bot.platform)
        gateway.ends, before, began = code, gateway.connections, time.monotonic()
        gateway.cut()
        await server.until(lambda: gateway.connections >= before + 5, lambda: f"{gateway.connections}")
        assert time.monotonic() - began >= AT_LEAST
        gateway.ends = 0
        await server.until(lambda: gateway.resumed, lambda: "not resumed")
    assert [each.levelname for each in caplog.records if "before they are ready" in each.message] == ["WARNING"]


async def test_a_gateway_that_ends_every_session_as_soon_as_it_has_begun_is_tried_less_and_less_often(
    server: DiscordServer,
) -> None:
    gateway = server.gateway
    async with listening(server, answer=silence) as bot:
        await _hurried(bot.platform)
        began = time.monotonic()
        for times in range(1, MOST_SESSIONS + 5):
            await gateway.close(4000)
            await server.until(lambda times=times: gateway.resumed >= times, lambda: "not resumed")  # type: ignore[misc]  # mypy cannot infer defaults of a lambda
        assert time.monotonic() - began >= AT_LEAST


async def test_a_gateway_that_ends_the_first_connections_is_no_bug_and_is_found_when_it_is_well(
    server: DiscordServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.gateway.ends = 1001
    platform = made(server)
    await _hurried(platform)
    bot = Bot(server, platform, silence)
    listen = asyncio.create_task(platform.listen(bot.receive, bot.moved))
    await server.until(lambda: server.gateway.connections >= 2, lambda: "not tried again")
    server.gateway.ends = 0
    await server.connects()
    listen.cancel()
    await asyncio.wait([listen])
    await platform.close()
    assert not [each for each in caplog.records if each.levelname == "ERROR"]
