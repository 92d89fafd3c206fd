"""Listening that is watched: a platform that has fallen silent without a word is told to stop, so that it can go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from bot.contract import Lively, Platform
from bot.domain.concurrency import outcome

# Seconds without a sign of life after which a platform's listening is taken for dead: longer than a long poll or the
# time between two heartbeats, and short enough that it listens again within a minute.
SILENCE = 55.0
LOOK = 1.0
# Seconds after which a listener that has swallowed its cancellation is cancelled again.
STUBBORN = 5.0


class SilentError(Exception):
    """A platform's listening showed no sign of life; it has been ended."""


async def watched(platform: Platform, listening: Coroutine[Any, Any, None], silence: float = SILENCE) -> None:
    """Listen to a platform, or a part of it, as long as it shows signs of life.

    Raises:
        SilentError: There were none for so many seconds.
        Exception: What the listening raised.
    """
    async with asyncio.TaskGroup() as group:
        task = group.create_task(outcome(listening))
        try:
            silent = await _until_silent(task, platform, silence)
        finally:
            await _end(task)
    if not task.cancelled() and (failure := task.result()):
        raise failure
    if silent:
        raise SilentError


async def _until_silent(listening: asyncio.Task[Any], platform: Platform, silence: float) -> bool:
    """Return True when the platform has fallen silent, False when its listening has ended."""
    began = time.monotonic()
    while not listening.done():
        await asyncio.wait({listening}, timeout=min(LOOK, silence))
        # What it did before it was told to listen does not count.
        if isinstance(platform, Lively) and time.monotonic() - max(platform.pulse().at, began) > silence:
            return not listening.done()
    return False


async def _end(listening: asyncio.Task[Any]) -> None:
    while not listening.done():
        listening.cancel()
        await asyncio.wait({listening}, timeout=STUBBORN)
