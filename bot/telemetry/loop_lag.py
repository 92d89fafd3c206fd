"""How late the event loop is: a heartbeat that ought to come at fixed times."""

from __future__ import annotations

import asyncio
import time
from collections import deque

BEAT = 0.5
# Beats that are looked back on: as far as Prometheus usually looks between two of its visits.
REMEMBERED = 60


class LoopLag:
    """Measures as long as `beat` runs; before and after that the loop is not late."""

    def __init__(self) -> None:
        self._due: float | None = None
        self._late: deque[float] = deque([0.0], maxlen=REMEMBERED)

    async def beat(self) -> None:
        """Measure, until cancelled."""
        try:
            while True:
                self._due = time.monotonic() + BEAT
                await asyncio.sleep(BEAT)
                self._late.append(max(0.0, time.monotonic() - self._due))
        finally:
            self._due = None

    @property
    def now(self) -> float:
        """How many seconds the loop was late at the last beat, or how long the next one has been overdue."""
        overdue = time.monotonic() - self._due if self._due is not None else 0.0
        return max(self._late[-1], overdue)

    @property
    def worst(self) -> float:
        """The same, at its worst within the last half minute."""
        return max(*self._late, self.now)
