"""Leave to write that is given a number of times; after that, another process has taken over."""

from __future__ import annotations

from bot.domain.errors import Superseded
from bot.domain.leave import Leave

# Shorter than anything that a platform's library waits before it tries again.
SECONDS = 0.1


def leave_given(times: int, seconds: float = SECONDS) -> Leave:
    """Return leave that is good for a moment. For no time at all: each request asks several times, twice over."""
    asked = iter(range(times))

    async def ask() -> None:
        if next(asked, None) is None:
            raise Superseded

    return Leave(ask, seconds)
