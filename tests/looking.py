"""Looking again and again: another process, its server and its files tell nobody here when they change.

What happens in this process is waited for by its event, or by what is logged of it (`tests/logged.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
LOOK = 0.01  # seconds


async def seen(look: Callable[[], Awaitable[T | None]], seconds: float) -> T:
    """Look until something is to be seen, and return it. Raises `TimeoutError` after so many seconds."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110 — there is no event
            await asyncio.sleep(LOOK)
    return found


def seen_by_thread(look: Callable[[], object], seconds: float) -> bool:
    """Look where no event loop runs, or is to be blocked. Return whether it was to be seen within so many seconds."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(LOOK)
    return bool(found)
