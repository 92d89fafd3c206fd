"""Leave to write: whether an answer is still this process's to give is known at the moment when a request goes out.

Between the question and the request there is time: a process may be stopped, and a platform's library waits for a
connection, or before it tries again. Meanwhile another process may have taken the conversation over, and have answered.
"""

from __future__ import annotations

import math
import time
import types
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import aiohttp

# Seconds that leave is good for. Nobody else takes the conversation over for half as long again.
FRESH_SECONDS = 1.0
# An answer that took longer is about the past. Redis, too, may be slow: then nobody else is quicker.
TRIES = 3


@dataclass(slots=True)
class Leave:
    """What is asked before each request of a write, and good for some `seconds`. `ask` raises where none is given."""

    ask: Callable[[], Awaitable[object]]
    seconds: float = FRESH_SECONDS
    _asked: float = -math.inf

    async def renew(self) -> None:
        """Ask, unless that was done just now. Raises what `ask` raises."""
        for _ in range(TRIES):
            asked = time.monotonic()
            if asked - self._asked < self.seconds:
                return
            await self.ask()
            self._asked = asked

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let every request that is made meanwhile renew it first, in sessions with `asking_leave`."""
        before = _leave.set(self)
        try:
            yield
        finally:
            _leave.reset(before)


_leave: ContextVar[Leave | None] = ContextVar("leave", default=None)


def asking_leave(config: aiohttp.TraceConfig) -> aiohttp.TraceConfig:
    """Let a session's requests renew the leave that applies, when nothing is left to do but to send. Return the config.

    What `ask` raises then comes out of the request, as it is or as the cause of a `ClientConnectionError`: aiohttp
    calls "sent" what it is about to send, the headers at once and the body in a task of its own.
    """
    config.on_request_headers_sent.append(_renewed)
    config.on_request_chunk_sent.append(_renewed)
    return config


async def _renewed(_session: aiohttp.ClientSession, _context: types.SimpleNamespace, _params: Any) -> None:
    if leave := _leave.get():
        await leave.renew()
