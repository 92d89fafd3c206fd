"""From starting the bot again after SIGKILL to its first answer to what was said meanwhile; must be ≤ 3 s."""

from __future__ import annotations

import asyncio
import re
import statistics
import time

from tests.chaos.process import Bot
from tests.chaos.world import World, world

RUNS, SECONDS, PATIENCE = 5, 3.0, 30.0


def main() -> None:
    """Print the figure beside what it must reach."""
    seconds = sorted(asyncio.run(_measure()))
    print(f"first answer after SIGKILL and start {statistics.median(seconds):5.2f} s   ", end="")
    print(f"(median of {RUNS}; {seconds[0]:.2f} to {seconds[-1]:.2f}; must be ≤ {SECONDS:.0f} s)")


async def _measure() -> list[float]:
    async with world() as place:
        place.telegram.patience = PATIENCE
        bot = Bot(place.directory / "bot", place.environment)
        await bot.start()
        try:
            return [await _once(place, bot, number) for number in range(RUNS)]
        finally:
            await bot.kill()


async def _once(place: World, bot: Bot, number: int) -> float:
    """Kill the bot while it answers one person, and time the answer to another."""
    first, second = place.telegram.private(f"first {number}"), place.telegram.private(f"second {number}")
    await first.says(f"tell me about {number}.3")
    await place.model.arrived(len(place.model.calls) + 1)
    await bot.kill()
    await second.says(f"tell me about {number}.0")
    began = time.monotonic()
    await bot.start()
    await second.sees(re.compile(f"«/{number}.0»"))
    return time.monotonic() - began


if __name__ == "__main__":
    main()
