"""Asking the Bot API for what must be had: again and again, with growing pauses, and loudly only once."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter

from bot.contract import Pulse

T = TypeVar("T")
# So long after another process was found to listen, it is taken to do so still.
CONTESTED_SECONDS = 10.0
Conflicts = Callable[[Conflict], Awaitable[float]]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take, in seconds.

    Attributes:
        poll: How long the server may hold a request while there is nothing to report.
        answer: How much longer it may take to answer then.
        first: The pause after the first failure in a row; it doubles up to `longest`.
        second_poller: The pause while another process polls with the same token.
        look: The pause between two looks whether the webhook is still ours.
    """

    poll: float = 30.0
    answer: float = 10.0
    first: float = 0.25
    longest: float = 30.0
    second_poller: float = 20.0
    look: float = 30.0


class Asking:
    """Asks with patience, and knows how it goes: how many `failures` in a row there were."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._alive_at = time.monotonic()
        self._connected = False
        self.failures = 0
        self._since = 0.0
        self._told: set[str] = set()
        self._contested_at = -math.inf

    def contested(self) -> None:
        """Note that another process listens."""
        self._contested_at = time.monotonic()

    def pulse(self) -> Pulse:
        """Return when there last was a sign of life, whether the server answered then, and whether another listens."""
        contested = time.monotonic() - self._contested_at < CONTESTED_SECONDS
        return Pulse(self._alive_at, self._connected, contested)

    def alive(self, until: float = 0.0) -> None:
        """Give a sign of life, which holds for so many seconds."""
        self._alive_at = time.monotonic() + until

    async def patiently(
        self,
        ask: Callable[[], Awaitable[T]],
        ends: Callable[[InvalidToken], bool],
        conflict: Conflicts | None = None,
    ) -> T | None:
        """Ask until there is an answer. Return None when the token is refused, and `ends` says that it is for good.

        `conflict` mends what a 409 is about, and returns how many seconds to wait then.
        """
        while True:
            try:
                answer = await ask()
            except Exception as error:  # noqa: BLE001 — whatever a server says, asking never ends silently
                self._connected = False
                if isinstance(error, InvalidToken) and ends(error):
                    return None
                pause = await self._pause(error, conflict)
                self.alive(until=pause)
                await asyncio.sleep(pause)
            else:
                self._healed()
                return answer

    def first(self, kind: str) -> bool:
        """Return whether this kind of trouble is new since the server last answered: it is logged once."""
        new = kind not in self._told
        self._told.add(kind)
        return new

    def _healed(self) -> None:
        self._connected = True
        self.alive()
        if self.failures:
            log.info("telegram answers again", after=round(time.monotonic() - self._since, 1))
        self.failures = 0
        self._told.clear()

    async def _pause(self, error: Exception, conflict: Conflicts | None) -> float:
        """Return how long to wait after a failed request; say so once for all failures in a row."""
        self.failures += 1
        if self.failures == 1:
            self._since = time.monotonic()
        jitter = random.uniform(0.5, 1.0)
        if conflict and isinstance(error, Conflict):
            return await conflict(error) * jitter
        if self.first("outage"):
            log.warning("telegram does not answer, trying again", reason=f"{type(error).__name__}: {error}"[:200])
        if isinstance(error, RetryAfter):
            asked = error.retry_after
            return asked.total_seconds() if isinstance(asked, timedelta) else asked
        return jitter * min(self.patience.first * 2.0 ** min(self.failures, 16), self.patience.longest)


def is_revoked(error: InvalidToken) -> bool:
    """Return whether a token that was right before is so no more; 404 then comes from something before the server."""
    return "unauthorized" in str(error.__cause__ or error).lower()
