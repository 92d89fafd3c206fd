"""How much is accepted and not answered yet, by all processes on one Redis: what no metric of one process can tell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.message import Conversation
from bot.queue.letters import OPEN, mail_key
from bot.storage.store import Store

TOGETHER = 500

# KEYS mail. How many messages lie there, and when the first of them was said. Within a text of JSON a quotation mark
# has a backslash before it, so this finds the message's own time.
WAITING = """
local head = redis.call('LINDEX', KEYS[1], 0)
if not head then return {0, ''} end
return {redis.call('LLEN', KEYS[1]), string.match(head, '"time":([%d.]+)') or ''}
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages wait in all mailboxes, and when the oldest was said, in seconds since the epoch."""

    waiting: int
    since: float | None


async def backlog(store: Store) -> Backlog | None:
    """Return what waits now; None with Redis away. It takes a round trip for some hundred conversations with mail."""
    opened: list[str] = await store.ask("ZRANGE", OPEN, 0, -1, default=[])
    places = [Conversation(**json.loads(each)) for each in opened]
    found: list[tuple[int, str]] = []
    for start in range(0, len(places), TOGETHER):
        found += await _ask(store, places[start : start + TOGETHER])
    if store.is_away():
        return None
    return Backlog(sum(count for count, _ in found), min((float(time) for _, time in found if time), default=None))


async def _ask(store: Store, places: Sequence[Conversation]) -> list[tuple[int, str]]:
    asked = (("EVAL", WAITING, 1, mail_key(where)) for where in places)
    return [(int(count), str(time)) for count, time in await store.send(*asked) or ()]
