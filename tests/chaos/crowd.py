"""People who talk to bots while something happens to these, until everything is answered. Start at `Crowd.talking`."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.chaos.process import Bot
from tests.chaos.talk import Asker
from tests.chaos.verdict import Verdict
from tests.chaos.world import World


@dataclass(frozen=True, slots=True)
class Crowd:
    """People in a world. Whatever they wait for, they wait so many `seconds` at most."""

    place: World
    people: Sequence[Asker]
    seconds: float

    @asynccontextmanager
    async def talking(self, bots: Sequence[Bot], chance: random.Random) -> AsyncIterator[None]:
        """Start bots and let people talk to them meanwhile; leave when all is answered. Then no bot runs any more."""
        over = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                for each in self.people:
                    group.create_task(each.talk(over, random.Random(chance.random())))
                for bot in bots:
                    await bot.start()
                yield
                over.set()
                for each in self.people:
                    each.wake()
            await self._settled()
        finally:
            for bot in bots:
                await bot.end_if_running()

    async def heard(self) -> None:
        """Wait until everybody has read something."""
        for each in self.people:
            await each.until(lambda each=each: bool(each.reads()), self.seconds)  # type: ignore[misc]  # mypy cannot infer defaults of a lambda

    async def answered(self) -> None:
        """Wait until all that was asked until now is answered: then nothing lies anywhere that waits for a dead one."""
        accepted = await self.place.accepted()
        await asyncio.gather(*(each.answered(accepted, self.seconds) for each in self.people))

    async def total(self) -> Verdict:
        """Return what became of everybody's questions."""
        accepted = await self.place.accepted()
        verdict = Verdict()
        for each in self.people:
            verdict.add(each.verdict(accepted))
        return verdict

    async def _settled(self) -> None:
        """Wait until every question has come to its end, also those that were accepted meanwhile."""
        end = time.monotonic() + self.seconds
        known: Mapping[str, int] | None = None
        while (accepted := await self.place.accepted()) != known:
            for each in self.people:
                await each.until(lambda each=each, accepted=accepted: each.settled(accepted), end - time.monotonic())  # type: ignore[misc]  # as above
            known = accepted
