"""What is heard is handed over at once: in order within a channel, and nobody waits for what others are waiting for."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.errors import RetryAfter
from bot.domain.message import Message
from bot.platforms.discord import Discord
from tests.bot.platforms.test_discord.conftest import Bot, echo, listening, made, page, reset, silence
from tests.servers.discord import DiscordServer

ACKNOWLEDGEMENTS = "POST /interactions/"


async def test_nobody_waits_for_the_acknowledgement_of_somebody_elses_command(server: DiscordServer) -> None:
    alice, bob = server.dm("alice"), server.dm("bob")
    async with listening(server, reset, answer=silence) as bot:
        acknowledged = server.stall(ACKNOWLEDGEMENTS)
        asked = await alice.invokes("reset")
        await alice.says("one")
        await bob.says("two")
        await bot.hears(3)
        assert not asked.answered
        assert [each.text for each in bot.messages if each.sender.name == "alice"] == ["/reset", "one"]
        acknowledged.set()
        await alice.sees_thinking()


async def test_an_answer_waits_for_the_acknowledgement(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        acknowledged = server.stall(ACKNOWLEDGEMENTS)
        asked = await alice.invokes("reset")
        answering = asyncio.create_task(echo(await bot.hears(), bot.platform))
        acknowledged.set()
        await answering
        assert (await alice.sees("you said: /reset")) is asked.original
        assert len(server.called("/webhooks/")) == 1


async def test_a_command_that_is_told_twice_is_acknowledged_once(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        asked = await alice.invokes("reset")
        await alice.sees_thinking()
        server.gateway.rewind = 2  # what is shown while it is thought about came after it
        await server.gateway.reconnect()
        await bot.hears(2)
        await echo(bot.messages[0], bot.platform)
        assert (await alice.sees("you said: /reset")) is asked.original
        assert len(server.called(ACKNOWLEDGEMENTS)) == 1


async def test_the_answer_of_another_process_comes_again_after_the_acknowledgement(server: DiscordServer) -> None:
    alice, other = server.dm("alice"), made(server)
    async with listening(server, reset, answer=silence) as bot:
        acknowledged = server.stall(ACKNOWLEDGEMENTS)
        asked = await alice.invokes("reset")
        outlet = other.outlet(await bot.hears())
        with pytest.raises(RetryAfter):
            await outlet.write(page("answer"))
        acknowledged.set()
        await alice.sees_thinking()
        await outlet.write(page("answer"))
        assert (await alice.sees("answer")) is asked.original
    await other.close()


async def test_a_thread_that_is_asked_for_delays_nobody_else(server: DiscordServer) -> None:
    parent = server.text_channel(server.guild("python"))
    thread = server.thread(parent, "unseen")
    thread.hidden = True
    alice, bob = server.member(thread, "alice"), server.dm("bob")
    async with listening(server, answer=silence) as bot:
        found = server.stall(f"GET /channels/{thread.id}")
        await alice.says("one")
        await bob.says("two")
        assert (await bot.hears()).text == "two"
        found.set()
        assert (await bot.hears(2)).chat.id == parent.id


async def test_what_was_heard_is_handed_over_before_listening_ends(server: DiscordServer) -> None:
    alice, ready = server.dm("alice"), asyncio.Event()

    async def slow(message: Message, platform: Discord) -> None:
        await ready.wait()

    platform = made(server)
    bot = Bot(server, platform, slow)
    listen = asyncio.create_task(platform.listen(bot.receive, bot.moved))
    await server.connects()
    for text in ("one", "two", "three"):
        await alice.says(text)
    await bot.hears()
    await server.dm("bob").says("four")
    await bot.hears(2)
    listen.cancel()
    await server.until(lambda: not server.gateway.connected, lambda: "still connected")
    assert not listen.done()
    ready.set()
    await asyncio.wait([listen])
    assert sorted(each.text for each in bot.messages) == ["four", "one", "three", "two"]
    await platform.close()
