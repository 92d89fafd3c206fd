"""A store as it is after Redis was away."""

from __future__ import annotations

import time

from bot.storage.store import Store


def was_away(store: Store, *, seconds_ago: float) -> None:
    """Let a store remember that Redis has come back so many seconds ago."""
    store._back_since = time.monotonic() - seconds_ago
