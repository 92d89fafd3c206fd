"""Who is alive among several processes, also after the server itself was away."""

from __future__ import annotations

import time

from bot.queue.replica import (
    ALIVE,
    ALIVE_MILLISECONDS,
    LONELY_SECONDS,
    OUTAGE_MILLISECONDS,
    REUNION_SECONDS,
    Presence,
    Replica,
)
from bot.storage.store import Store, make_client
from tests.away import was_away


def presence(store: Store, name: str) -> Presence:
    return Presence(store, Replica(name, name))


async def silent(store: Store, *names: str) -> None:
    """Let what these said last be so long ago that they count as dead."""
    await spoke(store, 2 * ALIVE_MILLISECONDS, *names)


async def spoke(store: Store, milliseconds: int, *names: str) -> None:
    """Let what these said last be so long ago."""
    await store.client.zadd(ALIVE, dict.fromkeys(names, time.time() * 1000 - milliseconds))


async def test_who_says_nothing_while_others_do_is_dead(store: Store) -> None:
    first, second = presence(store, "first"), presence(store, "second")
    await first.announce()
    await second.announce()
    await silent(store, "first")
    await second._beat()
    assert second.alive == {"second"}
    assert second.alone


async def test_when_nobody_said_anything_for_long_it_was_the_server_that_was_away(store: Store) -> None:
    first, second = presence(store, "first"), presence(store, "second")
    await first.announce()
    await second.announce()
    await silent(store, "first", "second")
    await second._beat()
    assert second.alive == {"first", "second"}
    assert not second.alone


async def test_who_spoke_a_little_before_the_others_when_the_server_went_away_is_not_dead(store: Store) -> None:
    first, second = presence(store, "first"), presence(store, "second")
    await first.announce()
    await second.announce()
    await spoke(store, ALIVE_MILLISECONDS + 500, "first")
    await spoke(store, OUTAGE_MILLISECONDS + 500, "second")
    await second._beat()
    assert second.alive == {"first", "second"}


async def test_who_has_not_spoken_yet_to_a_server_that_came_back_empty_is_not_dead(store: Store) -> None:
    first, second = presence(store, "first"), presence(store, "second")
    await first.announce()
    await second.announce()
    await store.client.flushall()
    was_away(store, seconds_ago=0.0)
    await second._beat()
    assert second.several
    was_away(store, seconds_ago=REUNION_SECONDS)
    await second._beat()
    assert second.alone


async def test_who_is_told_nothing_takes_itself_for_alone_only_after_a_while() -> None:
    nowhere = Store(make_client("redis://127.0.0.1:1"), "nowhere")
    early = presence(nowhere, "first")
    await early.announce()
    late = Presence(nowhere, early.replica, _since=time.monotonic() - LONELY_SECONDS)
    assert (early.alone, late.alone) == (False, True)
    await nowhere.close()


async def test_who_spoke_in_the_future_of_a_clock_that_was_set_back_is_dead_like_everybody_else(store: Store) -> None:
    first, second = presence(store, "first"), presence(store, "second")
    await first.announce()
    await second.announce()
    await spoke(store, -3_600_000, "first")
    await second._beat()
    assert second.several
    assert await store.client.zscore(ALIVE, "first") <= time.time() * 1000 + 1
    await silent(store, "first")
    await second._beat()
    assert second.alone
