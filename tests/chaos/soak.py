"""Mixed load for an hour: memory is flat, and no task or file descriptor is left over. Start at `soak`."""

from __future__ import annotations

import asyncio
import functools
import json
import random
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.chaos.balance import Balance
from tests.chaos.kills import pause
from tests.chaos.lobby import Lobby
from tests.chaos.process import Bot
from tests.chaos.sampling import Sample, sample
from tests.chaos.troubles import fill, troubled
from tests.chaos.world import World, world

Look = Callable[[], Awaitable[Sample]]
# Seconds. The model's client closes what nobody has used for 5, but only when it is used again; others after 15.
UNUSED = 6.0
REST = 60.0
LOOK = 0.25
# Seconds that the answer to a command on Discord takes at most.
LASTING = 180.0
# What the model's client may be told, so that a model that hangs is given up within seconds.
PATIENCE = {"OPENAI_TIMEOUT": "5", "OPENAI_STALL_TIMEOUT": "3"}


@dataclass(frozen=True, slots=True)
class Load:
    """How much happens for so many seconds.

    Attributes:
        guests: So many sit there at once.
        think: Seconds that each thinks before saying anything, on average.
        rush: So much of that in the first quarter, so that caches that are bounded are full before memory is judged.
        trouble: Seconds from one trouble to the next.
        look: Seconds from one sample to the next.
        delay: Seconds that the model takes for each piece of an answer.
        calm: Seconds without a change after which the bot counts as being at rest.
        heavy: Whether pictures and word models are asked for, too, whose packages take seconds to load.
    """

    seconds: float
    guests: int = 24
    think: float = 4.0
    rush: float = 0.2
    trouble: float = 20.0
    look: float = 5.0
    delay: float = 0.02
    calm: float = 16.0
    heavy: bool = True


async def soak(load: Load, seed: int = 21) -> Balance:
    """Let guests come and go while things go wrong, and return what that left behind."""
    chance, balance, port = random.Random(seed), Balance(load.seconds), _free_port()
    async with world(delay=load.delay) as place:
        bot = Bot(place.directory / "bot", {**place.environment, **PATIENCE, "HTTP_PORT": str(port)})
        fill(place.directory / "bot" / "content")
        lobby = Lobby(place, balance, load.guests, chance, heavy=load.heavy)
        await bot.start()
        try:
            look = functools.partial(sample, bot.pid, f"http://127.0.0.1:{port}")
            await lobby.open()
            balance.before = await _calm(look, load.calm)
            await _suffer(load, place, lobby, look, balance, chance)
            balance.after = await _rested(lobby, look, balance)
        finally:
            code = await bot.terminate()
        balance.wrong += [f"exit code {code}"] * (code != 0) + _bugs(bot)
    return balance


async def _suffer(load: Load, place: World, lobby: Lobby, look: Look, balance: Balance, chance: random.Random) -> None:
    over, began = asyncio.Event(), time.monotonic()
    end, rushing = began + load.seconds, began + load.seconds / 4

    def think() -> float:
        return load.think * (load.rush if time.monotonic() < rushing else 1.0)

    async with asyncio.TaskGroup() as group:
        for _ in range(load.guests):
            group.create_task(lobby.seat(over, think))
        troubles = group.create_task(troubled(place, over, load.trouble, chance))
        while (now := time.monotonic()) < end:
            balance.samples.append(await look())
            _forget(place)
            await pause(min(load.look, end - now))
        over.set()
    balance.troubles = troubles.result()


def _forget(place: World) -> None:
    """Let the world forget what nobody reads any more: it is not what is measured, but it needs memory, too."""
    place.model.calls.clear()
    place.discord.calls.clear()
    interactions, now = place.discord.interactions, asyncio.get_running_loop().time()
    for token in [token for token, asked in interactions.items() if now - asked.born > LASTING]:
        del interactions[token]


async def _calm(look: Look, seconds: float) -> Sample:
    """Wait until what the bot holds has not changed for so long, and return it."""
    held, since = await look(), time.monotonic()
    while time.monotonic() - since < seconds:
        await pause(LOOK)
        now = await look()
        if (now.tasks, now.descriptors) != (held.tasks, held.descriptors):
            since = time.monotonic()
        held = now
    return held


async def _rested(lobby: Lobby, look: Look, balance: Balance) -> Sample:
    """Wait until nothing counts as left over, or the bot has had time enough; return what it holds."""
    await pause(UNUSED)
    await lobby.last_words()
    end = time.monotonic() + REST
    while True:
        held = await look()
        if not (balance.left(held) or held.turns) or time.monotonic() > end:
            return held
        await pause(LOOK)


def _bugs(bot: Bot) -> list[str]:
    """Return what the bot has logged as an error, and how often: nothing that goes wrong here is one."""
    lines = (json.loads(line) for line in bot.log.read_text(encoding="utf-8").splitlines() if line.startswith("{"))
    found = Counter(line["event"] for line in lines if line.get("level") in ("error", "critical"))
    return [f"{count} times logged as an error: {event}" for event, count in found.items()]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return int(chosen.getsockname()[1])
