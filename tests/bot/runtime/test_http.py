"""What is told over HTTP: whether the bot is alive, how its parts are, and its metrics."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.app import House, open_house
from bot.config.settings import Settings, SettingsError
from bot.contract import Moved, Pulse, Receive
from bot.domain.errors import Apology
from bot.runtime.health import Health
from bot.runtime.http import application, opened, serving
from bot.services import Services
from bot.storage.store import Store, make_client
from bot.turn.scheduler import Scheduler
from tests.edge import Edge
from tests.logged import Logged


@dataclass
class Line(Edge):
    """A platform that is connected as it is told."""

    connected: bool = True
    listening: asyncio.Event = field(default_factory=asyncio.Event)
    refused: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, receive: Receive, moved: Moved) -> None:
        self.listening.set()
        await self.refused.wait()
        raise Apology("platforms.telegram_token")

    def pulse(self) -> Pulse:
        return Pulse(time.monotonic(), self.connected)


Get = Callable[[str], Awaitable[tuple[int, Any]]]


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[Get]:
    """Serve on a free port; give a function that asks for a path and returns status and content."""
    async with opened(app, "127.0.0.1", 0) as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:

        async def get(path: str) -> tuple[int, Any]:
            async with session.get(path) as answer:
                is_json = answer.content_type == "application/json"
                return answer.status, (await answer.json() if is_json else await answer.text())

        yield get


@asynccontextmanager
async def running(settings: Settings, line: Line, *others: Edge) -> AsyncIterator[tuple[House, Get]]:
    """Open a house that listens, and what it serves."""
    named = {each.name: each for each in (line, *others)}
    stop = asyncio.Event()
    async with open_house(settings.model_copy(update={"stages": ("commands", "rules")}), lambda *_: named) as house:
        app = application(house.health, house.services.metrics, house.services.platforms)
        async with served(app) as get, asyncio.TaskGroup() as group:
            group.create_task(house.listen(stop))
            await line.listening.wait()
            yield house, get
            stop.set()


async def test_it_is_alive_and_ready_when_all_parts_are(settings: Settings) -> None:
    async with running(settings, Line()) as (_, get):
        status, told = await get("/healthz")
        assert (status, told["alive"]) == (200, True)
        assert told["lag_seconds"] >= 0
        status, told = await get("/readyz")
        assert (status, told["ready"], told["guarantee"]) == (200, True, "kept")
        assert told["parts"]["test"] == {"ready": True, "state": "connected"}
        assert set(told["parts"]) == {"process", "redis", "content", "test"}


async def test_a_platform_that_is_not_connected_is_named(settings: Settings) -> None:
    line = Line(connected=False)
    async with running(settings, line) as (house, get):
        status, told = await get("/readyz")
        assert (status, told["parts"]["test"]) == (503, {"ready": False, "state": "connecting"})
        assert 'yingda_platform_connected{platform="test"} 0.0' in (await get("/metrics"))[1]
        line.connected = True
        assert (await get("/readyz"))[0] == 200
        assert 'yingda_platform_connected{platform="test"} 1.0' in (await get("/metrics"))[1]
        assert house.health.alive


async def test_a_standby_is_ready_without_being_connected(services: Services) -> None:
    line = Line(connected=False)
    health = Health(replace(services, platforms={"test": line}), Scheduler())
    health.process("running", ready=True)
    health.platform(line, "standby", ready=True)
    async with served(application(health, services.metrics, {})) as get:
        status, told = await get("/readyz")
    assert (status, told["parts"]["test"]) == (200, {"ready": True, "state": "standby"})


async def test_a_platform_that_was_given_up_says_why(settings: Settings, log: Logged) -> None:
    line = Line()
    async with running(settings, line, Edge(name="other")) as (_, get):
        line.refused.set()
        await log.tells("platform given up")
        told = (await get("/readyz"))[1]
        assert "given up" in told["parts"]["test"]["state"]
        assert "token" in told["parts"]["test"]["state"]
        assert told["parts"]["other"]["ready"]


async def test_refused_content_is_told_with_its_reason(settings: Settings, log: Logged) -> None:
    rules = settings.content_dir / "rules.yaml"
    rules.write_text("rules: []\n", encoding="utf-8")
    async with running(settings, Line()) as (_, get):
        rules.write_text("rules: [\n", encoding="utf-8")
        await log.tells("content refused, the old one stays")
        status, told = await get("/readyz")
        assert (status, told["parts"]["content"]["ready"]) == (503, False)
        assert "rules.yaml" in told["parts"]["content"]["state"]
        assert (await get("/readyz?exclude=content"))[0] == 200
        assert "yingda_content_refused 1.0" in (await get("/metrics"))[1]
        rules.write_text("rules: []\n", encoding="utf-8")
        await log.tells("content reloaded")
        assert (await get("/readyz"))[0] == 200


async def test_content_that_vanishes_is_told_until_it_is_back(settings: Settings, log: Logged) -> None:
    directory, away = settings.content_dir, settings.content_dir.with_name("unmounted")
    (directory / "rules.yaml").write_text("rules: []\n", encoding="utf-8")
    async with running(settings, Line()) as (_, get):
        directory.rename(away)
        await log.tells("content refused, the old one stays")
        status, told = await get("/readyz")
        assert (status, told["parts"]["content"]["ready"]) == (503, False)
        assert f"rules.yaml: gone from {directory}" in told["parts"]["content"]["state"]
        assert "yingda_content_refused 1.0" in (await get("/metrics"))[1]
        away.rename(directory)
        await log.tells("content is again what is in use")
        assert (await get("/readyz"))[0] == 200


async def test_without_redis_the_guarantee_is_suspended(services: Services) -> None:
    store = Store(make_client("redis://127.0.0.1:1"), "nowhere")
    away = replace(services, store=store)
    health = Health(away, Scheduler())
    health.process("running", ready=True)
    await store.attempt(lambda: store.client.get("x"), None)
    async with served(application(health, away.metrics, {})) as get:
        status, told = await get("/readyz")
        assert (status, told["guarantee"], told["parts"]["redis"]["ready"]) == (503, "suspended", False)
        assert (await get("/readyz?exclude=redis"))[0] == 200
        assert (await get("/healthz"))[0] == 200
        scraped = (await get("/metrics"))[1]
        assert "yingda_guarantee_suspended 1.0" in scraped
        assert "yingda_redis_up 0.0" in scraped
        assert "yingda_ready 0.0" in scraped
    await store.close()


async def test_a_bot_that_starts_or_ends_is_not_ready(services: Services) -> None:
    health = Health(services, Scheduler())
    async with served(application(health, services.metrics, {})) as get:
        assert (await get("/readyz"))[0] == 503
        health.process("running", ready=True)
        assert (await get("/readyz"))[0] == 200
        health.process("ending", ready=False)
        assert (await get("/readyz"))[1]["parts"]["process"] == {"ready": False, "state": "ending"}


async def test_a_blocked_loop_is_seen_after_it(services: Services) -> None:
    health = Health(services, Scheduler())
    async with served(application(health, services.metrics, {})) as get, asyncio.TaskGroup() as group:
        beat = group.create_task(health.lag.beat())
        await get("/healthz")
        time.sleep(0.8)  # noqa: ASYNC251 — it blocks the loop on purpose
        status, told = await get("/healthz")
        beat.cancel()
    assert (status, told["alive"]) == (200, True)
    assert health.lag.worst > 0.2


async def test_the_memory_of_redis_is_told(services: Services) -> None:
    async with served(application(Health(services, Scheduler()), services.metrics, {})) as get:
        [line] = [each for each in (await get("/metrics"))[1].splitlines() if each.startswith("yingda_redis_memory")]
    assert float(line.split()[1]) > 100_000


async def test_a_port_that_is_taken_is_named_in_one_sentence(services: Services, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        chosen = settings.model_copy(update={"http_port": port})
        with pytest.raises(SettingsError, match=rf"^HTTP_HOST, HTTP_PORT: 127\.0\.0\.1:{port} cannot be served on: "):
            async with serving(chosen, Health(services, Scheduler()), services.metrics, {}):
                pass


async def test_without_a_port_nothing_is_served(services: Services, tmp_path: Path) -> None:
    async with serving(services.settings, Health(services, Scheduler()), services.metrics, {}):
        pass
