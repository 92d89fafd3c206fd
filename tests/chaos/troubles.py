"""What goes wrong now and then in an hour, and is over again: on every side of the bot. Start at `troubled`."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.storage.store import make_client
from tests.chaos.disasters import redis_stands_still
from tests.chaos.kills import pause
from tests.chaos.world import World
from tests.servers.openai import MALFORMED, Cut, Stall

HOUSE = Path(__file__).parents[2]
EXAMPLES = HOUSE / "deploy" / "content"
STANDSTILL = 2.0
UNREAD = 2.5
Trouble = Callable[[World, random.Random], Awaitable[None]]


async def troubled(place: World, over: asyncio.Event, every: float, chance: random.Random) -> int:
    """Let something go wrong every so many seconds until it is over. Return how often it did."""
    count = 0
    while not over.is_set():
        await TROUBLES[count % len(TROUBLES)](place, chance)
        count += 1
        await pause(chance.uniform(0.5, 1.5) * every)
    return count


def fill(content: Path) -> None:
    """Put the example content where the bot looks for it."""
    for name in ("rules.yaml", "faq.yaml"):
        shutil.copy(EXAMPLES / name, content / name)


async def redis_pauses(place: World, _: random.Random) -> None:
    await redis_stands_still(place, STANDSTILL)


async def redis_hangs_up(place: World, _: random.Random) -> None:
    client = make_client(place.redis_url)
    try:
        await client.client_kill_filter(_type="normal", skipme=True)
    finally:
        await client.aclose()


async def model_fails(place: World, chance: random.Random) -> None:
    place.model.refuse(chance.choice((500, 503)))
    place.model.refuse(429, headers={"retry-after": "1"})
    place.model.say("«0.0» words that ", Cut())
    place.model.say("«0.0» words that ", MALFORMED)


async def model_hangs(place: World, _: random.Random) -> None:
    place.model.hang()
    place.model.say("«0.0» words that ", Stall())


async def telegram_fails(place: World, _: random.Random) -> None:
    server = place.telegram
    server.floods("sendMessage", 1)
    server.refuses("sendMessage", "Bad Gateway", 502)
    server.cuts("sendMessage")
    server.cuts("editMessageText")
    server.cuts("getUpdates")


async def discord_fails(place: World, _: random.Random) -> None:
    server = place.discord
    server.slow_down("POST /channels/", 0.5)
    server.fail("POST /channels/.*/messages", 502)
    server.fail("PATCH /channels/", 500)


async def discord_reconnects(place: World, chance: random.Random) -> None:
    if chance.random() < 0.5:
        await place.discord.gateway.reconnect()
    else:
        place.discord.gateway.cut()


async def content_changes(place: World, chance: random.Random) -> None:
    """Change the rules, once in two times by a mistake, and mend them when the bot has had time to look."""
    path = place.directory / "bot" / "content" / "rules.yaml"
    good = (EXAMPLES / "rules.yaml").read_text(encoding="utf-8")
    patterns = re.sub(r"^", "      - ", "\n".join(f"exact: number {each}" for each in range(200)), flags=re.MULTILINE)
    added = f"\n  - id: soak-{chance.randrange(10**6)}\n    patterns:\n{patterns}\n    answers: Indeed.\n"
    path.write_text(good + (added if chance.random() < 0.5 else "\n  - this is: no rule\n"), encoding="utf-8")
    await pause(UNREAD)
    path.write_text(good, encoding="utf-8")


TROUBLES: tuple[Trouble, ...] = (
    content_changes,
    model_fails,
    telegram_fails,
    redis_pauses,
    discord_fails,
    model_hangs,
    discord_reconnects,
    redis_hangs_up,
)
