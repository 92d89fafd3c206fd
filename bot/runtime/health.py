"""How the parts are: what `/healthz`, `/readyz` and the metrics tell."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from bot.contract import Lively, Platform
from bot.queue.backlog import backlog
from bot.runtime.version import running_version
from bot.services import Services
from bot.telemetry.loop_lag import LoopLag
from bot.turn.scheduler import Scheduler

# Seconds that the event loop may be late by and still count as alive.
LATE = 5.0
AWAY = "away: rules and FAQ answer, nothing is remembered, and a message would be lost if the process died"


@dataclass(frozen=True, slots=True)
class Part:
    """Whether a part is as it should be, and how it is in words."""

    ready: bool
    state: str


LISTENING = Part(ready=True, state="listening")
STANDBY = Part(ready=True, state="standby")


class Health:
    """What is known of the parts. Who has a part tells of its changes; the others are asked."""

    def __init__(self, services: Services, turns: Scheduler) -> None:
        self._services = services
        self._turns = turns
        self._platforms = {name: Part(ready=False, state="starting") for name in services.platforms}
        self._listeners = Counter[str]()
        self._process = Part(ready=False, state="starting")
        self.lag = LoopLag()
        services.metrics.health.build.info({"version": running_version()})

    def process(self, state: str, *, ready: bool) -> None:
        """Note what the process as a whole is doing."""
        self._process = Part(ready, state)

    def platform(self, platform: Platform, state: str, *, ready: bool) -> None:
        """Note what a platform is doing other than listening (a standby, say, is ready)."""
        self._platforms[platform.name] = Part(ready, state)

    @contextmanager
    def listening(self, platform: Platform) -> Iterator[None]:
        """Note that a platform, or a part of it, listens meanwhile: it is asked whether it is connected."""
        name = platform.name
        self._platforms[name] = LISTENING
        self._listeners[name] += 1
        try:
            yield
        finally:
            self._listeners[name] -= 1
            if not self._listeners[name] and self._platforms[name] is LISTENING:
                self._platforms[name] = STANDBY

    @property
    def alive(self) -> bool:
        """Whether the event loop gets round to its work."""
        return self.lag.now < LATE

    @property
    def parts(self) -> dict[str, Part]:
        """Every part by its name."""
        services = self._services
        return {
            "process": self._process,
            "redis": Part(ready=False, state=AWAY) if services.store.is_away() else Part(ready=True, state="answers"),
            "content": self._content(),
            **{name: self._listening(platform) for name, platform in services.platforms.items()},
        }

    def report(self, exclude: Container[str] = ()) -> dict[str, Any]:
        """Return whether all parts but the excluded ones are ready, and how each is, as plain data."""
        parts = self.parts
        return {
            "ready": all(part.ready for name, part in parts.items() if name not in exclude),
            "guarantee": "suspended" if self._services.store.is_away() else "kept",
            "parts": {name: asdict(part) for name, part in parts.items()},
        }

    async def measure(self) -> None:
        """Bring the metrics that are states, not events, up to date."""
        metrics, parts, away = self._services.metrics, self.parts, self._services.store.is_away()
        metrics.health.ready.set(all(part.ready for part in parts.values()))
        metrics.health.lag.set(self.lag.worst)
        metrics.health.tasks.set(len(asyncio.all_tasks()))
        metrics.health.refused.set(len(self._services.content.faults))
        for name in self._services.platforms:
            # A standby is ready without being connected; it must not hide that nobody is.
            metrics.health.connected.labels(name).set(parts[name].ready and self._listeners[name] > 0)
        metrics.turns.under_way.labels("running").set(self._turns.running)
        metrics.turns.under_way.labels("waiting").set(len(self._turns) - self._turns.running)
        metrics.redis.up.set(not away)
        metrics.redis.suspended.set(away)
        if (used := await self._redis_memory()) is not None:
            metrics.redis.memory.set(used)
        if (left := await backlog(self._services.store)) is not None:
            since = self._services.clock() if left.since is None else left.since
            metrics.redis.unanswered.set(left.waiting)
            metrics.redis.oldest.set(max(0.0, self._services.clock() - since))

    def _content(self) -> Part:
        faults = self._services.content.faults
        if faults:
            return Part(ready=False, state=f"refused, the old one stays in use: {'; '.join(faults)}")
        return Part(ready=True, state="loaded")

    def _listening(self, platform: Platform) -> Part:
        noted = self._platforms[platform.name]
        if noted is not LISTENING or not isinstance(platform, Lively):
            return noted
        connected = platform.pulse().connected
        return Part(connected, "connected" if connected else "connecting")

    async def _redis_memory(self) -> int | None:
        store = self._services.store
        told = await store.attempt(lambda: store.client.info("memory"), None)
        return None if told is None else _used(told)


def _used(told: dict[str, Any]) -> int:
    """Return the memory used, of a cluster that of all nodes which tell theirs."""
    if "used_memory" in told:
        return int(told["used_memory"])
    return sum(_used(node) for node in told.values() if isinstance(node, dict))
