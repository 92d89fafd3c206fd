"""Load on a bot that runs as another process behind a loopback Telegram, and answers every message with one."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.telegram import Talker, TelegramServer

# So many that in a whole benchmark nobody is answered more often than a chat may be written to at once: who said more
# would wait for the platform's rate, which the whole bot keeps and an echo bot does not.
PEOPLE, WARM, PATIENCE = 1000, 60, 60.0
# The rule by which the whole bot answers as an echo bot does.
RULES = '- id: echo\n  pattern: {regex: ".+"}\n  answer: "{match}"\n'


@dataclass(frozen=True, slots=True)
class Load:
    """People who talk to a bot in turn. `bring` is called after each message, for who brings it himself."""

    server: TelegramServer
    bring: Callable[[], None] = lambda: None
    said: Counter[str] = field(default_factory=Counter)
    turns: Iterator[int] = field(default_factory=lambda: itertools.cycle(range(PEOPLE)))

    async def one_by_one(self, count: int) -> list[float]:
        """Return the seconds that each answer took, when nothing else happens."""
        seconds = []
        for number in range(count):
            began = time.perf_counter()
            await self._answered(await self._say(number), began)
            seconds.append(time.perf_counter() - began)
        return seconds

    async def at_once(self, count: int) -> float:
        """Return how many messages a second are answered when all are said at once."""
        began = time.perf_counter()
        people = [await self._say(number) for number in range(count)]
        for person in people:
            await self._answered(person, began)
        return count / (time.perf_counter() - began)

    async def steadily(self, rate: float, count: int) -> list[float]:
        """Return the seconds to each answer from when its message was due: so many a second, answered or not."""
        began = time.perf_counter()
        tasks: list[asyncio.Task[float]] = []
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                due = began + number / rate
                await asyncio.sleep(due - time.perf_counter())
                tasks.append(group.create_task(self._answered(await self._say(number), due)))
        return [task.result() for task in tasks]

    async def _say(self, number: int) -> Talker:
        person = self.server.private(f"person {next(self.turns)}")
        await person.says(f"message {number}")
        self.bring()
        self.said[person.room.title] += 1
        return person

    async def _answered(self, person: Talker, began: float) -> float:
        """Wait until everything that this person has said so far is answered; return the seconds since it began."""
        seen, wanted = person.room.seen, self.said[person.room.title]
        if not await person.room.bell.until(lambda: len(seen) >= wanted, PATIENCE):
            raise TimeoutError(f"{wanted - len(seen)} answers are missing")
        return time.perf_counter() - began


def with_rule(directory: Path) -> dict[str, str]:
    """Return the environment of the whole bot that answers as an echo bot does, with all it keeps in a directory."""
    (directory / "rules.yaml").write_text(RULES, encoding="utf-8")
    telegram = {"TELEGRAM_API_URL": "{url}", "TELEGRAM_TOKEN": "{token}"}
    places = {"CONTENT_DIR": str(directory), "DATA_DIR": str(directory / "data")}
    return {**telegram, **places, "STAGES": "commands,rules,faq", "LOG_LEVEL": "ERROR"}


@asynccontextmanager
async def loaded(command: Sequence[str], environment: Mapping[str, str] | None = None) -> AsyncIterator[Load]:
    """Run a bot and talk to it until it is warm. `{url}` and `{token}` are filled in, in both arguments."""
    async with TelegramServer(record=False) as server, running(server, command, environment or {}):
        load = Load(server)
        await load.one_by_one(WARM)
        yield load


@asynccontextmanager
async def running(server: TelegramServer, command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[int]:
    """Run a bot as another process, and give its number. `{url}` and `{token}` are filled in, in both arguments."""
    values = {"url": server.url, "token": server.token}
    process = await asyncio.create_subprocess_exec(
        *(part.format(**values) for part in command),
        env={**os.environ, **{name: value.format(**values) for name, value in environment.items()}},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        await process.wait()
