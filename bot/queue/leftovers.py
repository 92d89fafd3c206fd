"""What dead processes have left: conversations with mail that nobody alive is answering. Start at `left_behind`."""

from __future__ import annotations

import json
import time
from collections.abc import Container

import structlog

from bot.domain.message import Conversation
from bot.queue import letters
from bot.queue.letters import OPEN, TAKEN_MILLISECONDS, lock_key, mail_key
from bot.queue.replica import alive
from bot.storage.connection import Command
from bot.storage.store import Store

log = structlog.get_logger(__name__)

# A conversation leaves the list of those with mail when its mailbox has been empty for so long.
SETTLED_SECONDS = 5.0
TOGETHER = 500

Opened = tuple[Conversation, str, float]
State = tuple[int, str | None]


async def left_behind(store: Store, boot: str, busy: Container[Conversation]) -> list[Conversation]:
    """Return those conversations, and let go of dead processes' locks. `boot` is the process that asks.

    Those that it is `busy` with are not looked at. It takes a few round trips for all.
    """
    opened: list[tuple[str, float]] = await store.ask("ZRANGE", OPEN, 0, -1, "WITHSCORES", default=[])
    places = [(Conversation(**json.loads(name)), name, at) for name, at in opened]
    idle = [each for each in places if each[0] not in busy]
    found = [await _left(store, boot, idle[start : start + TOGETHER]) for start in range(0, len(idle), TOGETHER)]
    return [where for some in found for where in some]


async def _left(store: Store, boot: str, places: list[Opened]) -> list[Conversation]:
    states = await _states(store, [where for where, _, _ in places])
    dead = await _dead(store, boot, {holder for waiting, holder in states if waiting and holder and holder != boot})
    left: list[Conversation] = []
    writes: list[Command] = []
    for (where, name, at), (waiting, holder) in zip(places, states, strict=False):
        if not waiting and time.time() - at > SETTLED_SECONDS:
            writes.append(("EVAL", letters.SETTLE, 1, OPEN, name, repr(at)))
        if waiting and holder in dead:
            log.info("taking over from a dead process", conversation=where.hash)
            writes.append(("EVAL", letters.BREAK, 1, lock_key(where), str(holder), TAKEN_MILLISECONDS))
        if waiting and (not holder or holder in dead or holder == boot):
            left.append(where)
    await store.write(*writes)
    return left


async def _states(store: Store, places: list[Conversation]) -> list[State]:
    """Return how many messages wait in each conversation, and who holds it; nothing with Redis away."""
    asked = ((("LLEN", mail_key(where)), ("GET", lock_key(where))) for where in places)
    answers = await store.send(*(command for both in asked for command in both)) or ()
    return list(zip(answers[::2], answers[1::2], strict=True))


async def _dead(store: Store, boot: str, holders: set[str]) -> set[str]:
    living = await alive(store, boot) if holders else None
    return set() if living is None else holders - living
