"""What one process at a time may do is shared out fairly, and taken over from who died."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.contract import Part
from bot.queue.agreement import agreed_key
from bot.queue.lease import Lease, Shares
from bot.queue.replica import REUNION_SECONDS, Presence, Replica
from bot.storage.store import Store, make_client
from tests.away import was_away


class Worker:
    """A process that does its share of the work, for a test to look at."""

    def __init__(self, store: Store, name: str, parts: int, doing: dict[int, list[str]]) -> None:
        self.presence = Presence(store, Replica(name, name))
        self.shares = Shares(store, self.presence, "work", parts)
        self.name = name
        self.doing = doing
        self.of = 0
        self.changed = asyncio.Event()

    async def work(self, part: Part) -> bool:
        """Do one part until cancelled."""
        self.of = part.of
        self.doing[part.number].append(self.name)
        self.changed.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.doing[part.number].remove(self.name)
            self.changed.set()
        return True

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[Worker]:
        """Live and work, and then leave."""
        await self.presence.announce()
        async with asyncio.TaskGroup() as group:
            tasks = group.create_task(self.presence.beat()), group.create_task(self.shares.run(self.work))
            yield self
            for task in tasks:
                task.cancel()
        await self.presence.leave()

    async def has(self, count: int) -> None:
        """Wait until this process does so many parts, and nobody ever does one that another does."""
        async with asyncio.timeout(10):
            while sum(self.name in each for each in self.doing.values()) != count:
                assert all(len(each) <= 1 for each in self.doing.values())
                self.changed.clear()
                await self.changed.wait()


def doing(parts: int) -> dict[int, list[str]]:
    return {part: [] for part in range(parts)}


async def test_alone_a_process_does_everything_and_two_share_it(store: Store) -> None:
    parts = doing(4)
    async with Worker(store, "first", 4, parts).alive() as first:
        await first.has(4)
        async with Worker(store, "second", 4, parts).alive() as second:
            await first.has(2)
            await second.has(2)
        await first.has(4)


async def test_who_takes_no_part_has_no_share(store: Store) -> None:
    for name in ("another", "and another"):
        await Presence(store, Replica(name, name)).announce()
    parts = doing(4)
    async with Worker(store, "first", 4, parts).alive() as first:
        await first.has(4)
        async with Worker(store, "second", 4, parts).alive() as second:
            await first.has(2)
            await second.has(2)


async def test_who_comes_later_takes_the_number_of_parts_that_the_others_go_by(store: Store) -> None:
    parts = doing(3)
    async with Worker(store, "first", 2, parts).alive() as first:
        await first.has(2)
        for number in (1, 3):
            async with Worker(store, f"believes in {number}", number, parts).alive() as second:
                await first.has(1)
                await second.has(1)
                assert (first.of, second.of) == (2, 2)
            await first.has(2)


async def test_when_nobody_is_left_the_next_one_brings_its_own_number_of_parts(store: Store) -> None:
    parts = doing(3)
    async with Worker(store, "first", 2, parts).alive() as first:
        await first.has(2)
    async with Worker(store, "second", 3, parts).alive() as second:
        await second.has(3)


async def test_who_went_by_another_number_while_redis_was_away_changes_over(store: Store) -> None:
    parts = doing(3)
    async with Worker(store, "first", 2, parts).alive() as first:
        await first.has(2)
        await store.client.set(agreed_key("work"), 3)
        await first.has(3)
        assert first.of == 3


async def test_of_one_part_others_stand_by_until_its_holder_has_ended(store: Store) -> None:
    parts = doing(1)
    second = Worker(store, "second", 1, parts)
    async with Worker(store, "first", 1, parts).alive() as first:
        await first.has(1)
        async with second.alive():
            assert await Lease(store, "work:0", "second").hold() is False
            await first.has(1)
    async with second.alive():
        await second.has(1)


async def test_a_lease_of_a_dead_process_is_taken_over_at_once(store: Store) -> None:
    assert await Lease(store, "work", "dead").hold()
    living = Presence(store, Replica("living", "living"))
    await living.announce()
    assert await Lease(store, "work", "living").hold()
    assert await Lease(store, "work", "another").hold() is False


async def test_a_lease_is_released_only_by_its_holder(store: Store) -> None:
    mine, others = Lease(store, "work", "mine"), Lease(store, "work", "others")
    await Presence(store, Replica("mine", "mine")).announce()
    assert await mine.hold()
    await others.release()
    assert await others.hold() is False
    await mine.release()
    assert await others.hold()


async def test_without_redis_who_knows_no_other_does_everything() -> None:
    nowhere = Store(make_client("redis://127.0.0.1:1"), "nowhere")
    async with Worker(nowhere, "first", 2, doing(2)).alive() as first:
        await first.has(2)
    await nowhere.close()


async def test_after_an_outage_nobody_takes_a_part_before_its_holder_could_extend_its_lease(store: Store) -> None:
    first, second = (Presence(store, Replica(name, name)) for name in ("first", "second"))
    await first.announce()
    await second.announce()
    shares = Shares(store, second, "work", 1)
    was_away(store, seconds_ago=0.0)
    assert not await shares._may(0)
    was_away(store, seconds_ago=REUNION_SECONDS)
    assert await shares._may(0)


async def test_a_part_that_gives_up_ends_the_work(store: Store) -> None:
    presence = Presence(store, Replica("a", "a"))

    async def give_up(part: Part) -> bool:
        return False

    assert await Shares(store, presence, "work", 2).run(give_up) is False
    held = [await Lease(store, f"work:{part}", name).hold() for part, name in itertools.product(range(2), "b")]
    assert held == [True, True]
