"""A rule's answer through dispatcher and delivery, with a real Valkey: with and without a mailbox."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bot.app import House, open_house
from bot.config.settings import read_settings
from tests.edge import Edge
from tests.people import said

PEOPLE, WARM, TURNS = 50, 200, 2000
LIMIT = 1.0


def main() -> None:
    """Print the figures side by side."""
    for lasting, name in (
        (False, "in a terminal (no mailbox)"),
        (True, "on a platform (kept in a mailbox until answered)"),
    ):
        asyncio.run(_measure(name, lasting=lasting))


async def _measure(name: str, *, lasting: bool) -> None:
    edge = Edge(lasting=lasting)
    with tempfile.TemporaryDirectory() as directory:
        settings = read_settings(data_dir=Path(directory), redis_url="", stages=("commands", "rules", "faq"))
        async with open_house(settings, lambda *_: {"test": edge}) as house:
            for number in range(WARM):
                await _turn(house, edge, number)
            taken = [await _turn(house, edge, number) for number in range(TURNS)]
    shown, over = (statistics.quantiles([each[part] for each in taken], n=100) for part in (0, 1))
    print(f"{name}")
    print(f"  shown after       p50 {shown[49]:6.3f} ms   p99 {shown[98]:6.3f} ms   must be p50 ≤ {LIMIT} ms")
    print(f"  kept, turn over   p50 {over[49]:6.3f} ms   p99 {over[98]:6.3f} ms")


async def _turn(house: House, edge: Edge, number: int) -> tuple[float, float]:
    """Return the milliseconds until the answer is shown, and until the turn is over."""
    message = said("多少钱", person=f"person-{number % PEOPLE}", time=time.time())
    edge.screen.pages.clear()
    began = time.perf_counter()
    await house.dispatcher.receive(message)
    await edge.screen.until(lambda: bool(edge.screen.pages))
    shown = time.perf_counter() - began
    await edge.screen.ends(message)
    edge.screen.ended.clear()
    return shown * 1000, (time.perf_counter() - began) * 1000
