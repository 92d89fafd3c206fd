"""The model fails in every way there is, one request after the other, while others are answered."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from tests.chaos.process import Bot
from tests.chaos.world import World
from tests.servers.openai import MALFORMED, Cut, Finish, OpenAI, Raw, Stall

# What the bot is told, so that nobody waits for a minute.
IMPATIENT = {"OPENAI_TIMEOUT": "2", "OPENAI_STALL_TIMEOUT": "2"}
HAPPENS_WITHIN = 120.0
HTML = "<html><body>Bad Gateway</body></html>"

Way = Callable[[OpenAI], None]
WAYS: tuple[Way, ...] = (
    lambda model: model.refuse(429, "rate_limit_exceeded", headers={"Retry-After": "1"}),
    lambda model: model.refuse(429, "rate_limit_exceeded", headers={"Retry-After": "60"}),
    lambda model: model.refuse(429, "rate_limit_exceeded"),
    lambda model: model.refuse(500, kind="server_error"),
    lambda model: model.refuse(503, body=HTML),
    lambda model: model.hang(),
    lambda model: model.spoil(0, Stall()),
    lambda model: model.spoil(4, Stall()),
    lambda model: model.spoil(0, Cut()),
    lambda model: model.spoil(4, Cut()),
    lambda model: model.spoil(4, Finish(reason=None, done=False)),
    lambda model: model.spoil(4, MALFORMED),
    lambda model: model.spoil(2, Raw(b"\xff\xfe\n\n")),
    lambda model: model.refuse(200, body=HTML),
    lambda model: model.refuse(200, body='{"choices": []}'),
    lambda model: model.refuse(200, body=""),
)


async def model_fails(place: World, _: Bot, *, rounds: int = 1, seed: int = 1) -> None:
    """Let everything go wrong so many times, in any order; every request that hangs is given up by the bot."""
    ways = [*WAYS] * rounds
    random.Random(seed).shuffle(ways)
    for way in ways:
        way(place.model)
    async with asyncio.timeout(HAPPENS_WITHIN):
        await place.model.used_up()
