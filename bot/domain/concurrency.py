"""Work at the same time as other work: for many things at once, or beside what its failure must not cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
AT_ONCE = 64


async def for_each(items: Iterable[T], work: Callable[[T], Awaitable[object]], at_once: int = AT_ONCE) -> None:
    """Do a work for each of some things, for so many `at_once`; return when it is done for all.

    On a slow line, one after the other would take longer than it may.

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


async def outcome(work: Coroutine[Any, Any, None]) -> Exception | None:
    """Return what the work raised: a task group would cancel its neighbours, and wrap it."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 — raised by whoever waits for it
        return error
    return None
