"""A message that is too old to be answered: nobody is left waiting for it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.delivery.delivery import Delivery
from bot.delivery.journal import JournaledOutlet
from bot.domain.errors import Superseded
from bot.domain.message import Message
from bot.platforms.discord.platform import Discord
from bot.queue.letters import lock_key
from bot.queue.mailbox import Mailbox
from bot.queue.replica import Replica
from bot.services import Services
from bot.turn.dispatcher import Dispatcher
from bot.turn.scheduler import Scheduler
from tests.bot.platforms.test_discord.conftest import listening, made, reset, silence
from tests.servers.discord import DiscordServer

SENTENCE = "This has waited too long, and is not answered any more. Please ask again."


@pytest.fixture
async def platform(server: DiscordServer) -> AsyncIterator[Discord]:
    platform = made(server)
    yield platform
    await platform.close()


async def taken_up(services: Services, platform: Discord, message: Message, seconds: float) -> None:
    """Let a process that comes so many seconds after a message take it up; it answers nothing older than a minute."""
    settings = services.settings.model_copy(update={"answer_within": 60.0})
    clock = lambda: message.time + seconds  # noqa: E731 — it needs `message`
    later = replace(services, platforms={"discord": platform}, settings=settings, clock=clock)
    turns, mailbox = Scheduler(), Mailbox(services.store, Replica("later", uuid.uuid4().hex))
    await Dispatcher(later, {}, turns, Delivery(services.texts), mailbox).receive(message)
    await turns.drain(10)
    assert not await mailbox.waiting(message.conversation)


async def test_a_slash_command_stops_thinking_and_says_so(
    server: DiscordServer, services: Services, platform: Discord
) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        asked = await alice.invokes("reset")
        await taken_up(services, platform, await bot.hears(), 61)
        assert (await alice.sees(SENTENCE)) is asked.original
        assert 'stage="late"} 1.0' in services.metrics.text().decode()


async def test_who_was_taken_for_dead_does_not_take_back_what_another_process_shows(
    server: DiscordServer, services: Services, platform: Discord
) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        await alice.invokes("reset")
        message = await bot.hears()
        slow = Mailbox(services.store, Replica("slow", uuid.uuid4().hex))
        await slow.accept(message, message.conversation)
        letter = await slow.take(message.conversation)
        assert letter
        outlet = JournaledOutlet(platform.outlet(message), slow, message.conversation, letter)
        await services.store.client.set(lock_key(message.conversation), "another process")
        with pytest.raises(Superseded):
            await outlet.done()
        assert server.called("DELETE") == []


async def test_one_whose_token_has_died_is_left_to_discord(
    server: DiscordServer, services: Services, platform: Discord
) -> None:
    alice = server.dm("alice")
    async with listening(server, reset, answer=silence) as bot:
        await alice.invokes("reset")
        message = await bot.hears()
        long_ago = str(float(message.origin["received"]) - 3600)
        old = replace(message, origin={**message.origin, "received": long_ago})
        await taken_up(services, platform, old, 3600)
        assert (alice.screen, server.called("webhooks")) == ([], [])


async def test_what_was_written_is_dropped_without_a_word(
    server: DiscordServer, services: Services, platform: Discord
) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("hello")
        await taken_up(services, platform, await bot.hears(), 61)
        assert alice.screen == []
        assert 'stage="late"} 1.0' in services.metrics.text().decode()
