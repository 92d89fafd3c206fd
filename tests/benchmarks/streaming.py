"""Streamed answers: how soon the model's first words are shown, and 2,000 at once that lose nothing, with their memory.

Beside them a bare python-telegram-bot bot that echoes as many messages: what answering costs where nothing is streamed.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bot.app import House, open_house
from bot.config.settings import read_settings
from tests.benchmarks.load import running
from tests.benchmarks.model import DELAY
from tests.benchmarks.skip import SkipBenchmark
from tests.edge import Edge
from tests.people import said
from tests.servers.openai import KEY, MODEL, WORDS, OpenAI, Pause, Step
from tests.servers.openai_stream import Spoiled
from tests.servers.telegram import Talker, TelegramServer

ALONE, AT_ONCE, PIECES, WARM = 50, 2000, 50, 20
PATIENCE = 300.0
ECHO = (sys.executable, "-m", "tests.benchmarks.echo_bot", "{url}", "{token}")
OURS = (sys.executable, "-m", "bot", "run")
ENVIRONMENT = {
    "TELEGRAM_API_URL": "{url}",
    "TELEGRAM_TOKEN": "{token}",
    "LOG_LEVEL": "ERROR",
    "STAGES": "commands,chat",
    "OPENAI_API_KEY": KEY,
    "OPENAI_MODEL": MODEL,
    "OPENAI_PARALLEL": str(AT_ONCE),
    # The first of so many waits long for the last.
    "OPENAI_TIMEOUT": str(PATIENCE),
    "OPENAI_STALL_TIMEOUT": str(PATIENCE),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What many answers at once came to, in seconds of the clock and of the processor.

    Memory is resident, in KiB: before the first, at its highest, and after the last.
    """

    seconds: float
    processor: float
    right: int
    idle: int
    most: int
    after: int

    @property
    def memory(self) -> float:
        """What one answer needed at most."""
        return (self.most - self.idle) / AT_ONCE


def main() -> None:
    """Print the figures."""
    asyncio.run(_alone())
    if not Path("/proc/self/status").exists():
        raise SkipBenchmark("resident memory is read from /proc, which this system does not have")
    _print("bare echo", asyncio.run(_at_once(ECHO, {}, "message {}", lambda: None)))
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    model = context.Process(target=serve_together, args=(theirs,), daemon=True)
    model.start()
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory:
        environment = {**ENVIRONMENT, "DATA_DIR": directory, "OPENAI_BASE_URL": ours.recv()}
        whole = "".join(WORDS[number % len(WORDS)] for number in range(PIECES))
        _print("ours, streaming", asyncio.run(_at_once(OURS, environment, whole, lambda: ours.send(AT_ONCE))))
    ours.send(0)
    print(
        f"{ours.recv()} answers were under way at the same moment, half of each shown; the model alone takes", end=" "
    )
    print(f"{PIECES * DELAY:.1f} s for one")
    model.join()


@asynccontextmanager
async def _house(url: str, edge: Edge) -> AsyncIterator[House]:
    model = {"openai_base_url": url, "openai_api_key": KEY, "openai_model": MODEL}
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


async def _at_once(
    command: Sequence[str], environment: Mapping[str, str], expected: str, warmed: Callable[[], None]
) -> Figures:
    """Let some people ask and then, after `warmed`, many at the same moment; see what each reads in the end."""
    async with TelegramServer(record=False) as server, running(server, command, environment) as pid:
        people = [server.private(f"person {number}", id=10_000_000 + number) for number in range(AT_ONCE + WARM)]
        await _asked(people[:WARM])
        warmed()
        idle, before, began = _memory(pid, "VmRSS"), _processor(pid), time.perf_counter()
        await _asked(people[WARM:])
        seconds, processor = time.perf_counter() - began, _processor(pid) - before
        right = sum(
            [text.strip() for text in each.texts] == [expected.format(number).strip()]
            for number, each in enumerate(people[WARM:])
        )
        return Figures(seconds, processor, right, idle, _memory(pid, "VmHWM"), _memory(pid, "VmRSS"))


async def _asked(people: Sequence[Talker]) -> None:
    for number, each in enumerate(people):
        await each.says(f"message {number}")
    for each in people:  # who is not answered is counted in the end
        await each.room.bell.until(lambda each=each: each.texts, PATIENCE)  # type: ignore[misc]  # a lambda's default


class Together(OpenAI):
    """A model that says the second half of its answers only when it has said the first half of `wanted` of them."""

    def __init__(self) -> None:
        super().__init__(tokens=PIECES, delay=DELAY)
        self.wanted = 1
        self.halves = 0
        self.go_on = asyncio.Event()

    async def _words(self, body: dict[str, Any], spoiled: Spoiled | None) -> AsyncIterator[Step]:
        number = 0
        async for piece in super()._words(body, spoiled):
            if number == PIECES // 2:
                await self._all_here()
            yield piece
            number += 1

    async def _all_here(self) -> None:
        self.halves += 1
        if self.halves >= self.wanted:
            self.go_on.set()
        await self.go_on.wait()

    def expect(self, wanted: int) -> None:
        """Begin anew, with so many."""
        self.wanted, self.halves, self.go_on, self.most = wanted, 0, asyncio.Event(), 0


def serve_together(pipe: Connection) -> None:
    """Serve in a process of its own: tell the address, expect as many as told, and in the end tell how many came."""

    async def run() -> None:
        async with Together() as server:
            pipe.send(server.url)
            while wanted := await asyncio.to_thread(pipe.recv):
                server.expect(wanted)
            pipe.send(server.most)

    asyncio.run(run())


def _memory(pid: int, name: str) -> int:
    """Return a line of a process's status, in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _processor(pid: int) -> float:
    """Return the seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _print(name: str, figures: Figures) -> None:
    idle, most, after = figures.idle / 1024, figures.most / 1024, figures.after / 1024
    print(
        f"{name:18} {AT_ONCE} answers at once: {figures.right} whole and in order, {AT_ONCE - figures.right} not; "
        f"{figures.seconds:.1f} s ({figures.processor:.1f} s of processor); {figures.memory:.1f} KiB of memory an "
        f"answer ({idle:.0f} MiB before, {most:.0f} at most, {after:.0f} after)"
    )


if __name__ == "__main__":
    main()
