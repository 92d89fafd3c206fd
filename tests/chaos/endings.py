"""The bot is asked to end while people talk, as whoever starts a new version of it asks. Start at `asked_to_end`."""

from __future__ import annotations

import random
import time

import yaml

from tests.chaos.kills import START, pause
from tests.chaos.process import ROOT, Bot
from tests.chaos.world import World

COMPOSE = ROOT / "deploy" / "compose.yaml"
# Seconds that it lives once it listens, at most.
LONGEST = 4.0


async def asked_to_end(place: World, bot: Bot, times: int, seed: int = 1) -> list[float]:
    """Ask a talking bot to end so many times, start it again, and return the seconds that each end took.

    It must end well, and before a container would be killed.
    """
    chance, took = random.Random(seed), list[float]()
    for _ in range(times):
        await _listening(place)
        await pause(chance.uniform(0, LONGEST))
        began = time.monotonic()
        code = await bot.terminate()
        took.append(time.monotonic() - began)
        await bot.start()
        assert code == 0, f"exit code {code}"
        assert took[-1] <= container_grace(), f"it took {took[-1]:.1f} s to end"
    print(f"seconds to end: {', '.join(f'{each:.1f}' for each in took)}; a container has {container_grace():.0f}")
    return took


def container_grace() -> float:
    """Return the seconds after which a container of the bot is killed that was asked to end."""
    grace: str = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]["bot"]["stop_grace_period"]
    return float(grace.removesuffix("s"))


async def _listening(place: World) -> None:
    updates = place.telegram.updates
    polled = updates.polled
    assert await updates.bell.until(lambda: updates.polled > polled + 1, START), "the bot does not listen"
