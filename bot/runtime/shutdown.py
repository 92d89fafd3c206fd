"""How the process is told to end: SIGTERM or SIGINT cancel what it begins with, and later ask it to come to an end."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ending:
    """Whether the process has been told to end.

    Attributes:
        stop: Set when it has.
        early: It had while it was opening.
    """

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    early: bool = False
    _opening: asyncio.Task[None] | None = None

    def opened(self) -> None:
        """Note that from now on nothing is cancelled: who listens to `stop` will end by himself."""
        self._opening = None

    def tell(self) -> None:
        """Ask for the end. Asked again, nothing more happens: what was begun is taken apart in order."""
        self.stop.set()
        opening, self._opening = self._opening, None
        if opening:
            self.early = True
            opening.cancel()


@contextmanager
def told_to_end() -> Iterator[Ending]:
    """Heed the signals meanwhile. Until `opened` is called, they cancel the current task."""
    loop = asyncio.get_running_loop()
    ending = Ending(_opening=asyncio.current_task())
    # Windows has no handlers; there Ctrl-C cancels the main task, which ends in the same way.
    signals = (signal.SIGTERM, signal.SIGINT) if sys.platform != "win32" else ()
    for each in signals:
        loop.add_signal_handler(each, ending.tell)
    try:
        yield ending
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
