"""When turns run: one after the other within a conversation, at once across conversations, drained at shutdown."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

Work = Callable[[], Coroutine[Any, Any, object]]


class Scheduler:
    """The turns under way and those that wait for them. Nothing is kept of a conversation whose turns have ended."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[Work]] = {}
        self._running: dict[Hashable, asyncio.Task[object]] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self.ending = False
        """Whether turns are cancelled because the process ends."""

    def __len__(self) -> int:
        return len(self._running) + sum(len(queue) for queue in self._waiting.values())

    @property
    def running(self) -> int:
        """How many run now."""
        return len(self._running)

    def __contains__(self, conversation: object) -> bool:
        return conversation in self._running

    def start(self, conversation: Hashable, work: Work) -> None:
        """Run a turn after those of its conversation that came before it. `work` handles its own errors."""
        self._waiting.setdefault(conversation, deque()).append(work)
        if conversation not in self._running:
            self._idle.clear()
            self._next(conversation)

    def cancel(self, conversation: Hashable) -> int:
        """Cancel the running turn of a conversation and forget those that wait. Return how many that were."""
        dropped = len(self._waiting.pop(conversation, ()))
        running = self._running.get(conversation)
        if running is None or not running.cancel():
            return dropped
        return dropped + 1

    async def drain(self, grace: float) -> int:
        """Let all turns end within `grace` seconds, then cancel the rest and wait for them. Return how many."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._idle.wait()
        self.ending = True
        cancelled = sum(self.cancel(conversation) for conversation in tuple(self._running))
        await self._idle.wait()
        self.ending = False
        return cancelled

    def _next(self, conversation: Hashable) -> None:
        queue = self._waiting.get(conversation)
        if not queue:
            self._waiting.pop(conversation, None)
            self._running.pop(conversation, None)
            if not self._running:
                self._idle.set()
            return
        task = asyncio.get_running_loop().create_task(queue.popleft()())
        self._running[conversation] = task
        task.add_done_callback(lambda done: self._ended(conversation, done))

    def _ended(self, conversation: Hashable, task: asyncio.Task[object]) -> None:
        if not task.cancelled() and (error := task.exception()):
            asyncio.get_running_loop().call_exception_handler({"message": "a turn failed", "exception": error})
        self._next(conversation)
