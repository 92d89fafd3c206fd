"""Shards of one process or of several: each is a session of its own, begun no faster than Discord takes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.contract import Apart, Part
from bot.platforms.discord import Discord
from bot.platforms.discord.identifies import alone
from bot.queue.apart import Between
from bot.storage.store import Store
from tests.bot.platforms.test_discord.conftest import Bot, made, silence
from tests.servers.discord import DiscordServer
from tests.servers.discord.faults import CUT

WINDOW = 0.3


@pytest.fixture
async def strict() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(identify_window=WINDOW) as server:
        yield server


def patient(server: DiscordServer) -> Discord:
    platform = made(server)
    platform._identifies.seconds = WINDOW + 0.1
    return platform


@asynccontextmanager
async def sharing(
    server: DiscordServer, shares: dict[Discord, list[Part]], apart: Apart = alone
) -> AsyncIterator[None]:
    """Let every platform listen to its share, until all have begun their sessions, and then on."""
    tasks = []
    for platform, share in shares.items():
        bot = Bot(server, platform, silence)
        tasks += [asyncio.create_task(platform.listen_to(part, bot.receive, bot.moved, apart)) for part in share]
    try:
        await begun(server, len(tasks))
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for platform in shares:
            await platform.close()


async def begun(server: DiscordServer, count: int) -> None:
    """Wait until so many sessions have been begun, none of which Discord refused."""
    gateway = server.gateway
    await server.until(lambda: gateway.identified >= count, lambda: f"{gateway.identified}, {gateway.hasty} refused")
    assert (gateway.identified, gateway.hasty) == (count, 0)


@pytest.mark.parametrize("at_once", [1, 2, 16])
async def test_sessions_are_begun_no_faster_than_discord_takes_them(strict: DiscordServer, at_once: int) -> None:
    strict.gateway.at_once = at_once
    parts = [Part(number, 4) for number in range(4)]
    async with sharing(strict, {patient(strict): parts}):
        assert sorted(each.shard for each in strict.gateway.connected) == [(number, 4) for number in range(4)]


async def test_sessions_that_are_over_at_the_same_time_are_begun_anew_one_after_the_other(
    strict: DiscordServer,
) -> None:
    async with sharing(strict, {patient(strict): [Part(0, 3), Part(1, 3), Part(2, 3)]}):
        await strict.gateway.invalidate()
        await begun(strict, 6)


async def test_processes_begin_theirs_one_after_the_other(strict: DiscordServer, store: Store) -> None:
    shares = {patient(strict): [Part(0, 4), Part(2, 4)], patient(strict): [Part(1, 4), Part(3, 4)]}
    async with sharing(strict, shares, Between(store)):
        assert len(strict.gateway.connected) == 4


@pytest.mark.parametrize("status", [CUT, 503])
async def test_a_shard_whose_login_fails_is_logged_in_again(server: DiscordServer, status: int) -> None:
    platform = made(server)
    await platform.probe()
    server.fail("GET /users/@me", status)
    async with sharing(server, {platform: [Part(1, 2)]}):
        assert [each.shard for each in server.gateway.connected] == [(1, 2)]


async def test_a_session_that_was_begun_too_early_is_begun_again(strict: DiscordServer) -> None:
    hasty = made(strict)
    hasty._identifies.seconds = 0.0
    bot = Bot(strict, hasty, silence)
    tasks = [asyncio.create_task(hasty.listen_to(Part(each, 2), bot.receive, bot.moved, alone)) for each in range(2)]
    await strict.connects(2)
    assert strict.gateway.hasty
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await hasty.close()
