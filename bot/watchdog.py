"""Listening that is watched: a platform that has fallen silent without a word is told to stop, so that it can go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from bot.contract import Moved, Platform, Receive
from bot.liveliness import Lively

# Seconds without a sign of life after which a platform's listening is taken for dead: longer than a long poll or the
# time between two heartbeats, and short enough that it listens again within a minute.
SILENCE = 55.0
LOOK = 1.0
# Seconds after which a listener that has swallowed its cancellation is cancelled again.
STUBBORN = 5.0


class SilentError(Exception):
    """A platform's listening showed no sign of life; it has been ended."""


async def listen_watched(platform: Platform, receive: Receive, moved: Moved, silence: float = SILENCE) -> None:
    """Listen as long as there are signs of life.

    Raises:
        SilentError: There were none for so many seconds.
        Exception: What `platform.listen` raised.
    """
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(_outcome(platform.listen(receive, moved)))
        try:
            silent = await _until_silent(listening, platform, silence)
        finally:
            await _end(listening)
    if not listening.cancelled() and (failure := listening.result()):
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


async def _outcome(work: Coroutine[Any, Any, None]) -> Exception | None:
    """Return what the work raised: a task group would wrap it, and so hide an apology."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 — raised by whoever waits for it
        return error
    return None
