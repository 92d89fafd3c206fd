"""Telegram end to end on loopback, beside a bare python-telegram-bot echo bot: `-m tests.benchmarks.telegram`."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.telegram import Talker, TelegramServer

# So many people that nobody is answered more often than a chat may be written to at once.
WARM, CALM, PEOPLE, BURST = 30, 300, 200, 2000
RULES = '- id: echo\n  pattern: {regex: ".+"}\n  answer: "{match}"\n'


@dataclass(frozen=True, slots=True)
class Figures:
    """How long one answer takes when nothing else happens, in milliseconds, and how many a second in a burst."""

    p50: float
    p95: float
    per_second: float


async def measure(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Figures:
    """Run a bot as another process and talk to it. `{url}` and `{token}` are filled in, in both.

    The bot must answer every message with one message.
    """
    async with TelegramServer(record=False) as server, _running(server, command, environment or {}):
        server.patience = 60
        people = [server.private(f"person {number}") for number in range(PEOPLE)]
        for number in range(WARM):
            await _seconds(people[number], number)
        calm = [await _seconds(people[number % PEOPLE], number) for number in range(CALM)]
        cuts = statistics.quantiles(calm, n=20)
        return Figures(cuts[9] * 1000, cuts[18] * 1000, BURST / await _burst(people))


async def _seconds(person: Talker, number: int) -> float:
    began = time.perf_counter()
    await person.says(f"message {number}")
    await person.answered()
    return time.perf_counter() - began


async def _burst(people: Sequence[Talker]) -> float:
    wanted = [len(person.room.seen) + BURST // len(people) for person in people]
    began = time.perf_counter()
    for number in range(BURST):
        await people[number % len(people)].says(f"burst {number}")
    for person, count in zip(people, wanted, strict=True):
        await _answers(person, count)
    return time.perf_counter() - began


async def _answers(person: Talker, count: int) -> None:
    seen = person.room.seen
    if not await person.room.bell.until(lambda: len(seen) >= count, 60):
        raise TimeoutError(f"{count - len(seen)} answers are missing")


@asynccontextmanager
async def _running(
    server: TelegramServer, command: Sequence[str], environment: Mapping[str, str]
) -> AsyncIterator[None]:
    values = {"url": server.url, "token": server.token}
    process = await asyncio.create_subprocess_exec(
        *(part.format(**values) for part in command),
        env={**os.environ, **{name: value.format(**values) for name, value in environment.items()}},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def main() -> None:
    """Print the figures side by side."""
    for name in ("echo_bot", "platform_echo"):
        _print(name, measure((sys.executable, "-m", f"tests.benchmarks.{name}", "{url}", "{token}")))
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "rules.yaml").write_text(RULES, encoding="utf-8")
        environment = {"TELEGRAM_API_URL": "{url}", "TELEGRAM_TOKEN": "{token}", "CONTENT_DIR": directory}
        environment |= {"DATA_DIR": f"{directory}/data", "STAGES": "commands,rules,faq", "LOG_LEVEL": "ERROR"}
        _print("the whole bot", measure((sys.executable, "-m", "bot", "run"), environment))


def _print(name: str, measured: Coroutine[None, None, Figures]) -> None:
    figures = asyncio.run(measured)
    line = f"p50 {figures.p50:5.2f} ms   p95 {figures.p95:5.2f} ms   {figures.per_second:5.0f} messages/s"
    print(f"{name:14} {line}")


if __name__ == "__main__":
    main()
