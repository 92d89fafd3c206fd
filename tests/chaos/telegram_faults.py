"""Telegram refuses, floods, cuts connections, or has a second poller, while people talk."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable

from bot.domain.message import Conversation
from bot.queue.letters import mail_key
from bot.storage.store import make_client
from tests.chaos.kills import pause
from tests.chaos.process import Bot
from tests.chaos.world import World
from tests.servers.telegram import TelegramServer
from tests.servers.telegram.faults import Fault
from tests.servers.telegram.people import Talker

APART = 0.3
PATIENCE = 60.0
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
MANY = 1_000_000
FLOOD_SECONDS = 30
# Seconds within which somebody in another chat is answered meanwhile.
SOON = 20.0

Way = Callable[[TelegramServer], Fault]
# A message whose connection is cut after it was sent is sent again (see `TelegramOutlet.write`), so that is not here.
WRITING: tuple[Way, ...] = (
    lambda server: server.refuses("sendMessage", "Bad Gateway", 502, times=2),
    lambda server: server.refuses("editMessageText", "Bad Gateway", 502),
    lambda server: server.refuses("sendMessageDraft", "Bad Gateway", 502),
    lambda server: server.cuts("sendMessage", times=2),
    lambda server: server.cuts("editMessageText"),
    lambda server: server.cuts("editMessageText", done=True),
    lambda server: server.cuts("sendMessageDraft", done=True),
    lambda server: server.floods("sendMessage", 1, times=2),
    lambda server: server.floods("editMessageText", 2),
)
LISTENING: tuple[Way, ...] = (
    lambda server: server.refuses("getUpdates", "Bad Gateway", 502),
    lambda server: server.cuts("getUpdates"),
    lambda server: server.cuts("getUpdates", done=True),
    lambda server: server.floods("getUpdates", 1),
    lambda server: server.babbles("getUpdates", b"<html>"),
    lambda server: server.refuses("*", "Internal Server Error", 500, times=2),
)


async def telegram_fails(place: World, _: Bot, *, rounds: int = 1, seed: int = 1) -> None:
    """Let everything go wrong so many times, in any order, until all of it has happened to somebody."""
    place.telegram.patience = PATIENCE
    chance = random.Random(seed)
    async with asyncio.TaskGroup() as group:
        group.create_task(_writing_fails(place.telegram, chance, rounds))
        group.create_task(_listening_fails(place.telegram, chance, rounds))


async def _writing_fails(server: TelegramServer, chance: random.Random, rounds: int) -> None:
    faults = []
    for way in chance.sample(WRITING * rounds, len(WRITING) * rounds):
        faults.append(way(server))
        await pause(chance.uniform(0, 2 * APART))
    await server.until(lambda: not any(fault.times for fault in faults))


async def _listening_fails(server: TelegramServer, chance: random.Random, rounds: int) -> None:
    """One after the other: what fails several times in a row is tried less and less often."""
    for way in chance.sample(LISTENING * rounds, len(LISTENING) * rounds):
        fault = way(server)
        await server.until(lambda fault=fault: not fault.times)  # type: ignore[misc]  # mypy cannot infer defaults of a lambda
        polled = server.updates.polled
        await server.updates.bell.until(lambda polled=polled: server.updates.polled > polled, PATIENCE)  # type: ignore[misc]  # as above


async def second_poller(place: World, bot: Bot, *, seconds: float = 3.0) -> None:
    """Let somebody else poll with the bot's token, and never let go.

    The bot leaves the other in peace, says so once, and goes on when the other has ended.
    """
    server, updates = place.telegram, place.telegram.updates
    conflict = server.refuses("getUpdates", CONFLICT, 409, times=MANY)
    await pause(seconds)
    polls, conflict.times = MANY - conflict.times, 0
    print(f"a second poller for {seconds:.0f} s: {polls} polls were refused")
    assert 1 < polls <= 1 + seconds, "a fight"
    polled = updates.polled
    assert await updates.bell.until(lambda: updates.polled > polled, PATIENCE)
    assert bot.log.read_text().count("another process polls Telegram with this token") == 1


async def one_chat_is_flooded(place: World, _: Bot, *, waits: bool = False) -> None:
    """Silence one chat for 30 s: nobody else waits, and what was asked there lies in Redis until it may be answered."""
    server = place.telegram
    server.patience = PATIENCE
    zoe, bob = server.private("zoe"), server.private("bob")
    flood = server.floods("sendMessage", FLOOD_SECONDS, chat=zoe.room.id)
    await zoe.says("tell me about 900.0")
    await server.until(lambda: not flood.times)
    began, server.patience = time.monotonic(), SOON
    for number in range(2):
        await bob.says(f"tell me about 901.{number}")
        await bob.sees(re.compile(f"«/901.{number}»"))
    assert zoe.texts == []
    if waits:
        server.patience = 2 * FLOOD_SECONDS
        await zoe.sees(re.compile("«/900.0»"))
        assert time.monotonic() - began > FLOOD_SECONDS - 1
    else:
        assert await _letters(place, zoe) == 1


async def _letters(place: World, person: Talker) -> int:
    chat, sender = str(person.room.id), str(person.user["id"])
    client = make_client(place.redis_url)
    try:
        return int(await client.llen(mail_key(Conversation("telegram", chat, "", sender))))
    finally:
        await client.aclose()
