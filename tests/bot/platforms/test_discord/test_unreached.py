"""A Discord that cannot be reached, or hangs: answers wait for it, and the end of a turn does not."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from bot.domain.errors import Gone, RetryAfter
from bot.domain.message import Message
from bot.platforms.discord.outlet import DONE_WITHIN
from tests.bot.platforms.test_discord.conftest import listening, made, page, reset, silence
from tests.servers.discord import DiscordServer


async def _asked(server: DiscordServer) -> Message:
    """Return what another process has heard."""
    async with listening(server, answer=silence) as bot:
        await server.dm("alice").says("question")
        return await bot.hears()


async def test_an_answer_waits_for_a_discord_that_cannot_be_reached_yet(server: DiscordServer) -> None:
    message, platform = await _asked(server), made(server)
    outlet = platform.outlet(message)
    await server.stop()
    for _ in range(2):
        with pytest.raises(RetryAfter) as silent:
            await outlet.write(page("answer"))
        assert 0 < silent.value.seconds <= 1
    await server.start()
    await platform.probe()
    await outlet.write(page("answer"))
    await server.dm("alice").sees("answer")
    await platform.close()


async def test_the_pauses_between_tries_grow_up_to_half_a_minute(server: DiscordServer) -> None:
    platform = made(server)
    pauses = [platform._login._pause() for _ in range(1100)]
    assert pauses[:6] == [1, 2, 4, 8, 16, 30]
    assert all(before <= after for before, after in itertools.pairwise(pauses))
    assert pauses[-1] == 30


async def test_an_address_where_something_else_answers_drops_no_answer(server: DiscordServer) -> None:
    message, platform = await _asked(server), made(server, discord_api_url=server.url + "/nothing")
    with pytest.raises(RetryAfter):
        await platform.outlet(message).write(page("answer"))
    await platform.close()


async def test_with_a_refused_token_nothing_can_be_written(server: DiscordServer) -> None:
    message, platform = await _asked(server), made(server, discord_token="another-token")
    with pytest.raises(Gone):
        await platform.outlet(message).write(page("answer"))
    await platform.outlet(message).typing()
    await platform.close()


async def test_a_turn_ends_although_discord_hangs(server: DiscordServer, caplog: pytest.LogCaptureFixture) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        await alice.invokes("reset")
        await alice.sees_thinking()
        released = server.stall("DELETE")
        async with asyncio.timeout(DONE_WITHIN + 2):
            await bot.platform.outlet(await bot.hears()).done()
        released.set()
    assert "TimeoutError" in caplog.text


async def test_a_turn_that_ends_asks_a_failing_discord_once(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        await alice.invokes("reset")
        await alice.sees_thinking()
        server.fail("DELETE", 500, times=5)
        await bot.platform.outlet(await bot.hears()).done()
        assert len(server.called("DELETE")) == 1
