"""When the gateway may be connected to again: at once after a session, later and later where none comes about.

discord.py itself connects again at once where the gateway, or what stands before it, accepts a connection and ends it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque

# So many sessions in so many seconds are no accident any more: then they count as none.
MOST_SESSIONS, WINDOW = 20, 60.0
# discord.py gives a connection up that is not there, with its session, within 60 s of being asked for.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 45.0
MOST_DOUBLINGS = 10
# So many tries in a row without a session are told of.
TOLD_AFTER = 2

log = logging.getLogger(__name__)


class Reconnects:
    """The tries to connect of one client, whatever ended the one before."""

    def __init__(self, first: float = FIRST_PAUSE) -> None:
        self.first = first
        self._next = 0.0
        self._vain = 0
        self._sessions = deque[float](maxlen=MOST_SESSIONS)
        self._told = False

    async def turn(self) -> None:
        """Wait until a connection may be begun. The pause counts from when the one before was begun."""
        now = asyncio.get_running_loop().time
        if self._vain >= TOLD_AFTER and not self._told:
            self._told = True
            log.warning("the gateway of Discord ends connections before they are ready; trying less and less often")
        while (rest := self._next - now()) > 0:  # noqa: ASYNC110 — a clock
            await asyncio.sleep(rest)
        pause = min(self.first * 2.0 ** min(self._vain, MOST_DOUBLINGS), LONGEST_PAUSE)
        self._next = now() + pause * random.uniform(0.5, 1.0)
        self._vain += 1

    def ready(self) -> None:
        """Note that a session has begun or goes on."""
        now = asyncio.get_running_loop().time()
        self._sessions.append(now)
        if len(self._sessions) < MOST_SESSIONS or now - self._sessions[0] > WINDOW:
            self._vain, self._next, self._told = 0, 0.0, False
