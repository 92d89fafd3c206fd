"""The same work for many things at the same time: on a slow line, one after the other would take longer than it may."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 64


async def for_each(items: Iterable[T], work: Callable[[T], Awaitable[object]], at_once: int = AT_ONCE) -> None:
    """Do a work for each of some things, for so many `at_once`; return when it is done for all.

    Raises:
        ExceptionGroup: It raised for some; it was not ended for the others.
    """
    free = asyncio.Semaphore(at_once)

    async def one(item: T) -> None:
        async with free:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for item in items:
            group.create_task(one(item))
