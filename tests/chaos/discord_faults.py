"""Discord's gateway breaks, dies and forgets sessions, and its REST API fails, while people talk."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from tests.chaos.kills import pause
from tests.chaos.process import Bot
from tests.chaos.verdict import judge
from tests.chaos.world import World
from tests.servers.discord import DiscordServer, Seat
from tests.servers.discord.faults import CUT

APART = 0.3
PATIENCE = 60.0
# Seconds between two heartbeats, so that a missed one is noticed soon.
INTERVAL = 2.0
TOKEN = "/webhooks/[0-9]+/"
POST, PATCH = "POST /channels/[0-9]+/messages", "PATCH /channels/[0-9]+/messages"

Break = Callable[[DiscordServer], Awaitable[None]]


async def _cut(server: DiscordServer) -> None:
    server.gateway.cut()


async def _die(server: DiscordServer) -> None:
    server.gateway.die()


async def _rewind(server: DiscordServer) -> None:
    """A resume that sends once more what was received already."""
    server.gateway.rewind = 5
    await server.gateway.reconnect()


async def _no_acknowledgements(server: DiscordServer) -> None:
    server.gateway.acknowledges = False
    resumed = server.gateway.resumed
    await server.until(lambda: server.gateway.resumed > resumed, lambda: "not resumed", PATIENCE)
    server.gateway.acknowledges = True


# After each of these the session goes on, and what was said meanwhile is told.
BREAKS: tuple[Break, ...] = (
    lambda server: server.gateway.reconnect(),
    lambda server: server.gateway.close(4000),
    lambda server: server.gateway.invalidate(resumable=True),
    _cut,
    _die,
    _rewind,
    _no_acknowledgements,
)
Way = Callable[[DiscordServer], None]
WAYS: tuple[Way, ...] = (
    lambda server: server.fail(POST, 500, times=2),
    lambda server: server.fail(POST, 503),
    lambda server: server.fail(POST, CUT),
    lambda server: server.fail(POST, CUT, after=True),
    lambda server: server.fail(POST, 502, after=True),
    lambda server: server.fail(PATCH, 500),
    lambda server: server.fail(PATCH, CUT, after=True),
    lambda server: server.slow_down(POST, 1.0),
    lambda server: server.slow_down(PATCH, 1.0),
    lambda server: server.slow_down(POST, 1.0, everywhere=True),
)
# The pages of a slash command's answer go another way: the first is edited in, those after it are sent by its token.
BY_TOKEN: tuple[Way, ...] = (
    lambda server: server.fail(f"POST {TOKEN}", CUT),
    lambda server: server.fail(f"POST {TOKEN}", CUT, after=True),
    lambda server: server.fail(f"POST {TOKEN}", 502, after=True),
    lambda server: server.slow_down(f"POST {TOKEN}", 0.5),
    lambda server: server.fail(f"PATCH {TOKEN}", CUT, after=True),
    lambda server: server.fail(f"PATCH {TOKEN}", 500),
    lambda server: server.fail("POST /interactions/", 502, after=True),
)


async def discord_fails(place: World, _: Bot, *, rounds: int = 1, seed: int = 1) -> None:
    """Let everything go wrong so many times, in any order."""
    server, chance = place.discord, random.Random(seed)
    server.gateway.interval = INTERVAL
    await server.gateway.reconnect()  # the next connection is told the interval
    async with asyncio.TaskGroup() as group:
        group.create_task(_api_fails(server, chance, rounds))
        group.create_task(_gateway_fails(server, chance, rounds))


async def _api_fails(server: DiscordServer, chance: random.Random, rounds: int) -> None:
    for way in chance.sample(WAYS * rounds, len(WAYS) * rounds):
        way(server)
        await pause(chance.uniform(0, 2 * APART))
    await server.until(lambda: not server.faults, lambda: f"{server.faults} never happened", PATIENCE)


async def _gateway_fails(server: DiscordServer, chance: random.Random, rounds: int) -> None:
    """Somebody asks in each moment of a broken connection; then the session is forgotten, and begins anew."""
    mia = server.dm("mia")
    asked: list[str] = []
    for way in chance.sample(BREAKS * rounds, len(BREAKS) * rounds):
        await server.until(lambda: server.gateway.connected, lambda: "not connected", PATIENCE)
        await way(server)
        await _asks(mia, asked, server)
    for _ in range(rounds):
        identified = server.gateway.identified
        await server.gateway.invalidate()
        await server.until(lambda identified=identified: server.gateway.identified > identified, lambda: "?", PATIENCE)  # type: ignore[misc]  # mypy cannot infer defaults of a lambda
        await _asks(mia, asked, server)
    verdict = judge(asked, mia.screen)
    print("asked while the gateway was away:", verdict)
    assert verdict.faultless
    assert verdict.whole == len(asked)


async def _asks(seat: Seat, asked: list[str], server: DiscordServer) -> None:
    name = f"903.{5 * len(asked)}"
    asked.append(name)
    await seat.says(f"tell me about {name}")
    await _ends(seat, name, server)


async def commands_fail(place: World, _: Bot, *, rounds: int = 1, seed: int = 1) -> None:
    """Let everything go wrong so many times, in any order, with what is written by a slash command's token."""
    server, chance = place.discord, random.Random(seed)
    nia, asked = server.dm("nia"), list[str]()
    for way in chance.sample(BY_TOKEN * rounds, len(BY_TOKEN) * rounds):
        way(server)
        asked.append(f"904.{5 * len(asked) + 1}")  # an answer of two pages
        await nia.invokes("translate", text=f"tell me about {asked[-1]}")
        await _ends(nia, asked[-1], server)
    verdict = judge(asked, nia.screen)
    print("asked by commands:", verdict)
    assert verdict.faultless
    assert verdict.whole == len(asked)


async def _ends(seat: Seat, name: str, server: DiscordServer) -> None:
    await server.until(lambda: any(f"«/{name}»" in text for text in seat.screen), lambda: f"no {name}", PATIENCE)
