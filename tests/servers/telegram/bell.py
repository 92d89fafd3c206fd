"""Waiting for a condition without sleeping: whoever changes something rings, whoever waits looks again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Bell:
    """Rung at every change of what is waited for."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def ring(self) -> None:
        """Let all who wait look again."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def until(self, condition: Callable[[], object], seconds: float) -> bool:
        """Wait until a condition holds; return False when it does not within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    turn = asyncio.get_running_loop().create_future()
                    self._waiting.append(turn)
                    await turn
        except TimeoutError:
            return bool(condition())
        return True
