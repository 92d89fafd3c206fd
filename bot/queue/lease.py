"""What one process at a time may do: held by a lease that ends by itself, and shared out fairly. Start at `Shares`."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.contract import Part
from bot.queue.agreement import agree, leave
from bot.queue.replica import REUNION_SECONDS, Presence, alive
from bot.storage.store import Store, key

log = structlog.get_logger(__name__)

LEASE_MILLISECONDS = 3_000
LOOK_SECONDS = 0.5

# KEYS lease; ARGV boot, milliseconds, a holder that is known to be dead. Takes or extends; returns who holds it.
HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and holder ~= ARGV[3] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]
"""
# KEYS lease; ARGV boot.
RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one thing, which one living process has."""

    store: Store
    name: str
    boot: str

    async def hold(self) -> bool | None:
        """Take or extend it. Return whether this process has it; None where Redis is away and nobody can tell."""
        holder = await self._hold("")
        if holder is None or holder == self.boot:
            return None if holder is None else True
        living = await alive(self.store, self.boot)
        if living is None or holder in living:
            return False
        return await self._hold(holder) == self.boot

    async def release(self) -> None:
        """Let it go, if this process has it."""
        await self.store.write(("EVAL", RELEASE, 1, self._key, self.boot))

    async def _hold(self, dead: str) -> str | None:
        holder: str | None = await self.store.ask(
            "EVAL", HOLD, 1, self._key, self.boot, LEASE_MILLISECONDS, dead, default=None
        )
        return holder

    @property
    def _key(self) -> str:
        return key("lease", tag=self.name)


@dataclass(slots=True)
class Shares:
    """The parts of something that this process does, each of which one process does at a time.

    Every process that takes part does its fair share; others on the same Redis do none. With Redis away everyone goes
    on with what it has, until it is `contested`; who knows no other does all. Two that divide it into different numbers
    of parts would leave some undone: who comes later divides it as the others do, as long as any of them is there.
    """

    store: Store
    presence: Presence
    name: str
    parts: int
    contested: Callable[[], bool] = lambda: False
    _mine: dict[int, asyncio.Task[bool]] = field(default_factory=dict)
    _takers: frozenset[str] = field(default_factory=frozenset)

    async def run(self, work: Callable[[Part], Coroutine[Any, Any, bool]]) -> bool:
        """Do this process's share for ever. `work` does one part until cancelled; return False when it gives one up."""
        ended: list[bool] = []
        async with asyncio.TaskGroup() as group:
            try:
                while not any(task.done() for task in self._mine.values()):
                    self._takers = await alive(self.store, self._boot, doing=self.name) or self._takers
                    await self._agree()
                    await self._give_up_surplus()
                    for part in range(self.parts):
                        if part not in self._mine and len(self._mine) < self._fair and await self._may(part):
                            log.info("listening is this process's now", part=f"{self.name}:{part}")
                            self._mine[part] = group.create_task(work(Part(part, self.parts)))
                    await self._pause()
            finally:
                ended = [task.result() for task in self._mine.values() if task.done() and not task.cancelled()]
                for part in tuple(self._mine):
                    await self._drop(part)
                await leave(self.store, self._boot, self.name)
        return all(ended)

    @property
    def _fair(self) -> int:
        return math.ceil(self.parts / max(1, len(self._takers)))

    @property
    def _boot(self) -> str:
        return self.presence.replica.boot

    async def _agree(self) -> None:
        """Go by the number of parts that the others go by; what was done by another number is begun anew."""
        agreed = await agree(self.store, self.name, self.parts)
        if agreed == self.parts:
            return
        log.warning(
            "others have divided listening into another number of parts; theirs is taken until all have ended",
            platform=self.name,
            theirs=agreed,
            own=self.parts,
        )
        for part in tuple(self._mine):
            await self._drop(part)
        self.parts = agreed

    async def _give_up_surplus(self) -> None:
        """Extend what this process has; give up what another has taken, or what is more than its share.

        Where Redis cannot be asked, who is not the only process believes a platform that says that another listens.
        """
        for part in sorted(self._mine):
            held = await self._lease(part).hold()
            if held is False or (held is None and self.presence.several and self.contested()):
                log.info("another process listens now", part=f"{self.name}:{part}")
                await self._drop(part)
        while len(self._mine) > self._fair:
            await self._drop(max(self._mine))

    async def _may(self, part: int) -> bool:
        if self.presence.alone:
            return await self._lease(part).hold() is not False
        # Where Redis was away, whoever has a part first extends its lease, which may have run out.
        return self.store.seconds_back() >= REUNION_SECONDS and await self._lease(part).hold() is True

    async def _drop(self, part: int) -> None:
        """End a part and only then let others begin it."""
        task = self._mine.pop(part)
        task.cancel()
        await asyncio.wait({task})
        await self._lease(part).release()

    async def _pause(self) -> None:
        """Wait a moment, or until a part has ended by itself."""
        if not self._mine:
            await asyncio.sleep(LOOK_SECONDS)
            return
        with suppress(TimeoutError):
            await asyncio.wait(self._mine.values(), timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)

    def _lease(self, part: int) -> Lease:
        return Lease(self.store, f"{self.name}:{part}", self._boot)
