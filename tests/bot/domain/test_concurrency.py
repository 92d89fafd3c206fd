"""The same work for many things at the same time."""

from __future__ import annotations

import asyncio

from bot.domain.concurrency import for_each


async def test_as_many_as_may_be_are_under_way_at_once() -> None:
    under_way, most = set[int](), 0
    all_there = asyncio.Event()

    async def work(item: int) -> None:
        nonlocal most
        under_way.add(item)
        most = max(most, len(under_way))
        if len(under_way) == 3:
            all_there.set()
        await all_there.wait()
        under_way.remove(item)

    await for_each(range(9), work, at_once=3)
    assert (most, under_way) == (3, set())
