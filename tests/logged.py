"""What this process logs, as an event that can be waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.telegram.bell import Bell


class Logged(logging.Handler):
    """The events that were logged, in any thread."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[str] = []
        self._bell, self._loop = Bell(), asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        """Take an event down."""
        if isinstance(record.msg, dict):
            self.events.append(record.msg["event"])
            self._loop.call_soon_threadsafe(self._bell.ring)

    async def tells(self, event: str, seconds: float = 15) -> None:
        """Wait until something was logged."""
        told = await self._bell.until(lambda: event in self.events, seconds)
        assert told, f"{event!r} was not logged, but {self.events}"


@contextmanager
def logged() -> Iterator[Logged]:
    """Take down what is logged meanwhile."""
    root, log = logging.getLogger(), Logged()
    root.addHandler(log)
    try:
        yield log
    finally:
        root.removeHandler(log)
