"""Replicas on one content directory: what the owner changes there is what every one of them says."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from tests.chaos.process import Bot
from tests.chaos.world import World, world
from tests.looking import seen
from tests.servers.balancer import Balancer

REPLICAS, PATIENCE = 2, 30.0
RULE = "rules:\n  - id: hours\n    patterns: [{{exact: when}}]\n    answers: At {hour}.\n"
COUNTED = re.compile(r'^yingda_messages_total\{platform="telegram",stage="rule"\} (\S+)$', re.MULTILINE)


class Guests:
    """People who ask, each once. A load balancer brings what they ask to one replica after the other."""

    def __init__(self, place: World, ports: list[int]) -> None:
        self._place = place
        self._ports = ports
        self._names = itertools.count()

    async def hear(self, answer: str) -> set[str]:
        """Ask until every replica has given this answer; return all that were given."""
        given, so = set[str](), set[int]()
        async with asyncio.timeout(PATIENCE):
            while len(so) < len(self._ports):
                port, said = await self._ask()
                given.add(said)
                if said == answer:
                    so.add(port)
        return given

    async def _ask(self) -> tuple[int, str]:
        """Return which replica answered, and what."""
        before = [await self._answered(port) for port in self._ports]
        guest = self._place.telegram.private(f"guest {next(self._names)}")
        await guest.says("when")
        answer = await guest.answered()

        async def who() -> int | None:
            after = [await self._answered(port) for port in self._ports]
            return next(
                (port for port, *counts in zip(self._ports, before, after, strict=True) if counts[0] < counts[1]), None
            )

        return await seen(who, PATIENCE), answer.text

    async def _answered(self, port: int) -> float:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as told:
            found = COUNTED.search(await told.text())
        return float(found[1]) if found else 0.0


@pytest.fixture
async def place() -> AsyncIterator[World]:
    async with world() as place:
        place.telegram.patience = PATIENCE
        yield place


@pytest.fixture
async def guests(place: World, tmp_path: Path) -> AsyncIterator[Guests]:
    (tmp_path / "rules.yaml").write_text(RULE.format(hour=9))
    async with Balancer(REPLICAS) as balancer, AsyncExitStack() as stack:
        for number, way in enumerate(balancer.environments):
            told = {**place.environment, **way, "CONTENT_DIR": str(tmp_path)}
            bot = Bot(place.directory / f"bot-{number}", told)
            await bot.start()
            stack.push_async_callback(bot.terminate)
        for port in balancer.ports:
            await _ready(port)
        yield Guests(place, balancer.ports)


async def _ready(port: int) -> None:
    async with aiohttp.ClientSession() as session:

        async def look() -> bool:
            with contextlib.suppress(aiohttp.ClientConnectionError):  # not even listening yet
                async with session.get(f"http://127.0.0.1:{port}/readyz") as told:
                    return told.ok
            return False

        await seen(look, PATIENCE)


async def test_a_rule_that_is_changed_is_soon_what_every_replica_answers_by(guests: Guests, tmp_path: Path) -> None:
    assert await guests.hear("At 9.") == {"At 9."}
    (tmp_path / "rules.yaml").write_text(RULE.format(hour=10))
    began = time.monotonic()
    assert await guests.hear("At 10.") <= {"At 9.", "At 10."}
    print(f"every replica answers by the new rule {time.monotonic() - began:.2f} s after it was written")
    assert await guests.hear("At 10.") == {"At 10."}
