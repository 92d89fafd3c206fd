"""What processes do with some seconds between them: one is let through at once, the next one later."""

from __future__ import annotations

import asyncio
import itertools
import time

from bot.queue.apart import Between
from bot.storage.store import Store, make_client

SECONDS = 0.2


async def test_one_after_the_other_is_let_through(store: Store) -> None:
    began = time.monotonic()
    through: list[float] = []

    async def go() -> None:
        await Between(store)("work", SECONDS)
        through.append(time.monotonic() - began)

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(go())
    assert all(later - sooner > SECONDS * 0.9 for sooner, later in itertools.pairwise(through))


async def test_what_is_called_otherwise_waits_for_nothing(store: Store) -> None:
    async with asyncio.timeout(5):
        for what in ("one", "another"):
            await Between(store)(what, 60)


async def test_without_redis_nobody_waits() -> None:
    nowhere = Store(make_client("redis://127.0.0.1:1"), "nowhere")
    async with asyncio.timeout(5):
        for _ in range(2):
            await Between(nowhere)("work", 60)
    await nowhere.close()
