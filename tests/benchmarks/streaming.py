"""Streamed answers: how soon the model's first words are shown, and 500 answers at once that lose nothing."""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import House, open_house
from bot.settings import read_settings
from tests.benchmarks.model import serve
from tests.edge import Edge
from tests.people import said
from tests.servers.openai import KEY, MODEL, WORDS, OpenAI, Pause

ALONE, AT_ONCE, PIECES = 50, 500, 50


def main() -> None:
    """Print the figures."""
    asyncio.run(_alone())
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs, PIECES))
    server.start()
    asyncio.run(_at_once(ours.recv()))
    ours.send(None)
    server.join()


@asynccontextmanager
async def _house(url: str, edge: Edge) -> AsyncIterator[House]:
    model = {"openai_base_url": url, "openai_api_key": KEY, "openai_model": MODEL, "openai_parallel": AT_ONCE}
    with tempfile.TemporaryDirectory() as directory:
        settings = read_settings(data_dir=Path(directory), redis_url="", stages=("chat",), **model)
        async with open_house(settings, lambda *_: {"test": edge}) as house:
            yield house


async def _alone() -> None:
    edge = Edge()
    async with OpenAI() as server, _house(server.url, edge) as house:
        taken = [await _first_words(house, edge, server, number) for number in range(ALONE)]
    cuts = statistics.quantiles(taken, n=20)
    print(f"first words shown after the first token   p50 {cuts[9]:.1f} ms   p95 {cuts[18]:.1f} ms   must be ≤ 50 ms")


async def _first_words(house: House, edge: Edge, server: OpenAI, number: int) -> float:
    """Return the milliseconds from the moment the server lets the first token go until it is shown."""
    go, first = asyncio.Event(), f"first {number}"
    server.say(Pause(go), first, " and last")
    await house.dispatcher.receive(said("?", time=time.time()))
    await server.arrived(number + 1)
    began = time.perf_counter()
    go.set()
    await edge.screen.until(lambda: any(page.text.startswith(first) for page in edge.screen.pages))
    return (time.perf_counter() - began) * 1000


async def _at_once(url: str) -> None:
    edge = Edge()
    async with _house(url, edge) as house:
        asked = [said("?", person=f"person-{number}", time=time.time()) for number in range(AT_ONCE)]
        began = time.perf_counter()
        for message in asked:
            await house.dispatcher.receive(message)
        for message in asked:
            await edge.screen.ends(message)
        took = time.perf_counter() - began
    whole = "".join(WORDS[number % len(WORDS)] for number in range(PIECES))
    good = sum(text.strip() == whole.strip() for text in edge.screen.texts)
    print(
        f"{AT_ONCE} answers of {PIECES} pieces at once: {took:.1f} s, {good} whole and in order, {AT_ONCE - good} not"
    )
