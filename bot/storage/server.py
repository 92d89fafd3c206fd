"""Which server it is: one that cannot run the scripts is refused, one that throws keys away is named."""

from __future__ import annotations

from typing import Any

import structlog

from bot.storage.store import Store, StoreError

log = structlog.get_logger(__name__)

# The first Redis that has all commands of the scripts and writes (EXPIRE … NX came last).
OLDEST = (7, 0)
KEEPS = "noeviction"
TOO_OLD = (
    "Redis ({address}) is version {version}: the bot needs Redis 7.0 or newer, or Valkey; use such a server, "
    "or leave REDIS_URL empty for the embedded one"
)
FOREIGN = (
    "the server at {address} is {name}, which the bot is not made for: it needs Redis 7.0 or newer, or Valkey; "
    "use such a server, or leave REDIS_URL empty for the embedded one"
)


async def check_server(store: Store) -> str:
    """Look at the server, without changing anything.

    Returns:
        By which policy it throws keys away when its memory is full; nothing where it throws none away.

    Raises:
        StoreError: It is too old, or no Redis; the sentence says what to do.
        RedisError, OSError: Redis failed.
    """
    for facts in _nodes(await store.client.info()):
        refuse_old(facts, store.address)
        policy = str(facts.get("maxmemory_policy", KEEPS))
        if facts.get("maxmemory") and policy != KEEPS:
            return policy
    return ""


async def suited(store: Store) -> None:
    """Look at the server at the start, if it can be reached; warn where it may throw answers and memories away.

    Raises:
        StoreError: It is too old, or no Redis.
    """
    policy = await store.attempt(lambda: check_server(store), "")
    if policy:
        log.warning("redis throws keys away when it is full: answers and memories can be lost", maxmemory_policy=policy)


def refuse_old(facts: dict[str, Any], address: str) -> None:
    """Raise `StoreError` where a server cannot run the bot's scripts, by what it tells of itself (`INFO`)."""
    if "dragonfly_version" in facts:
        raise StoreError(FOREIGN.format(address=address, name="Dragonfly"))
    version = str(facts.get("redis_version", ""))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if "valkey_version" not in facts and numbers and numbers < OLDEST:
        raise StoreError(TOO_OLD.format(address=address, version=version))


def _nodes(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is told of each server: a cluster tells of all its nodes by their names."""
    return [told] if "redis_version" in told else [each for each in told.values() if isinstance(each, dict)]
