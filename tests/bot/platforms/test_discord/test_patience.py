"""Limits, closed channels and broken connections: the answer waits, ends, or arrives once."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.errors import Gone, RetryAfter
from tests.bot.platforms.test_discord.conftest import listening, page, silence
from tests.servers.discord import DiscordServer
from tests.servers.discord.faults import CUT


@pytest.mark.parametrize("via", [True, False])
async def test_too_many_requests_are_handed_to_the_gate_at_once(server: DiscordServer, *, via: bool) -> None:
    server.via = via
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        server.slow_down("POST .*messages", 12.5)
        with pytest.raises(RetryAfter) as silent:
            await outlet.write(page("answer"))
        assert silent.value.seconds == 12.5
        await outlet.write(page("answer"))
        assert (await alice.sees("answer")).states == ["answer"]


async def test_a_global_limit_silences_all_chats_without_asking_again(server: DiscordServer) -> None:
    async with listening(server, answer=silence) as bot:
        for number, name in enumerate(("alice", "bob"), 1):
            await server.dm(name).says("question")
            await bot.hears(number)
        server.slow_down("POST .*messages", 30.0, everywhere=True)
        for message in bot.messages:
            with pytest.raises(RetryAfter):
                await bot.platform.outlet(message).write(page("answer"))
        assert len(server.called("POST .*messages")) == 1


async def test_a_chat_that_is_closed_to_the_bot_is_gone(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        alice.channel.refuses = 50013
        with pytest.raises(Gone):
            await outlet.write(page("answer"))
        server.channels.clear()
        with pytest.raises(Gone):
            await outlet.write(page("answer"))


async def test_a_deleted_answer_is_sent_anew(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        await outlet.write(page("half", final=False))
        alice.answers[0].deleted = True
        await outlet.write(page("whole"))
        assert alice.screen == ["whole"]


async def test_an_answer_that_is_lost_on_the_way_is_not_doubled(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        server.fail("POST .*messages", 0, after=True)
        with pytest.raises(RetryAfter):
            await outlet.write(page("half", final=False))
        await outlet.write(page("whole"))
        assert alice.screen == ["whole"]


async def test_a_write_ends_when_the_answer_is_there_and_the_next_one_waits_for_the_window(
    server: DiscordServer,
) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        server.limit, server.window = 1, 20.0
        async with asyncio.timeout(5):
            posted = await outlet.write(page("half", final=False))
        assert posted == alice.answers[0].id
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await outlet.write(page("second", 1))
        await outlet.write(page("(stopped)"))
        assert alice.screen == ["(stopped)"]


async def test_the_limits_of_the_server_are_kept(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        server.limit, server.window = 2, 0.2
        for number in range(6):
            await outlet.write(page(f"page {number}", number))
        assert len(alice.screen) == 6
        assert {each.status for each in server.called("POST .*messages")} == {200}


async def test_a_failing_server_is_tried_again(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        server.fail("POST .*messages", 500)
        await outlet.write(page("answer"))
        server.fail("PATCH", 503)
        with pytest.raises(RetryAfter):
            await outlet.write(page("answer!"))
        await outlet.write(page("answer!"))
        assert alice.screen == ["answer!"]


async def test_the_end_is_written_when_the_beginning_broke_off_unheard_and_more_must_wait(
    server: DiscordServer,
) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        server.fail("POST .*messages", CUT, after=True)
        with pytest.raises(RetryAfter):
            await outlet.write(page("One", final=False))
        for method in ("POST .*messages", "PATCH"):
            server.slow_down(method, 0.01)
            with pytest.raises(RetryAfter):
                await outlet.write(page("One two."))
        await outlet.write(page("One two."))
        assert alice.screen == ["One two."]


async def test_an_answer_that_was_deleted_before_it_was_heard_of_is_sent_anew(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        server.fail("POST .*messages", CUT, after=True)
        with pytest.raises(RetryAfter):
            await outlet.write(page("half", final=False))
        alice.answers[0].deleted = True
        await outlet.write(page("whole"))
        assert alice.screen == ["whole"]


async def test_a_page_that_broke_off_is_not_doubled_when_another_was_deleted(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        await outlet.write(page("One"))
        server.fail("POST .*messages", CUT, after=True)
        with pytest.raises(RetryAfter):
            await outlet.write(page("Two", 1))
        alice.answers[0].deleted = True
        await outlet.write(page("One."))
        await outlet.write(page("Two.", 1))
        assert sorted(alice.screen) == ["One.", "Two."]


async def test_the_end_is_written_when_a_try_of_the_beginning_failed_after_it_was_done_and_the_next_must_wait(
    server: DiscordServer,
) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        server.fail("POST .*messages", 502, after=True)  # discord.py tries again
        server.slow_down("POST .*messages", 0.01)
        with pytest.raises(RetryAfter):
            await outlet.write(page("One", final=False))
        await outlet.write(page("One two."))
        assert alice.screen == ["One two."]
