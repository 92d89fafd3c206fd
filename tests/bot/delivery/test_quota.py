"""Several processes together keep to a chat's rate; a single one asks nobody."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.contract import Rate
from bot.delivery.quota import SharedTokenBucket
from bot.queue.replica import Presence, Replica
from bot.storage.store import Store

SLOW = 3600.0
CHATS = itertools.count()


Quotas = tuple[SharedTokenBucket, SharedTokenBucket]


@pytest.fixture
async def quotas(store: Store) -> tuple[SharedTokenBucket, SharedTokenBucket]:
    """Return those of two living processes."""
    first, second = (Presence(store, Replica(name, name)) for name in ("first", "second"))
    for each in (first, second, first):
        await each.announce()
    return SharedTokenBucket(store, first), SharedTokenBucket(store, second)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(burst=some.integers(1, 20), turns=some.lists(some.integers(0, 1), min_size=1, max_size=40))
async def test_together_they_write_no_more_than_the_burst_at_once(quotas: Quotas, burst: int, turns: list[int]) -> None:
    chat = f"chat {next(CHATS)}"
    waits = [await quotas[turn].take(chat, Rate(burst, SLOW)) for turn in turns]
    assert waits.count(0) == min(burst, len(turns))
    assert all(0 < wait <= SLOW for wait in waits[burst:])


async def test_what_may_be_left_out_leaves_tokens_for_what_must_arrive(quotas: Quotas) -> None:
    first, second = quotas
    assert [await first.take("chat", Rate(2, SLOW), spare=1) for _ in range(2)][1] > 0
    assert await second.take("chat", Rate(2, SLOW)) == 0


async def test_a_silence_that_one_was_asked_for_holds_for_the_other(quotas: Quotas) -> None:
    first, second = quotas
    await first.silence("chat", 30)
    assert 29 < await second.take("chat", Rate(20, 1)) <= 30
    assert await second.take("another chat", Rate(20, 1)) == 0


async def test_a_silence_does_not_refill_the_bucket(quotas: Quotas, store: Store) -> None:
    first, second = quotas
    for _ in range(2):
        await first.take("chat", Rate(2, 30))
    await first.silence("chat", 0.001)
    (bucket,) = await store.client.keys("*rate*")
    assert await store.client.ttl(bucket) > 50
    assert await second.take("chat", Rate(2, 30)) > 20


async def test_what_nobody_writes_into_is_forgotten_when_its_silence_is_over(quotas: Quotas, store: Store) -> None:
    await quotas[0].silence("chat", 30)
    (bucket,) = await store.client.keys("*rate*")
    assert 30 < await store.client.ttl(bucket) <= 32


async def test_a_silence_of_hours_is_kept_for_an_hour(quotas: Quotas, store: Store) -> None:
    await quotas[0].silence("chat", 10_000)
    (bucket,) = await store.client.keys("*rate*")
    assert await store.client.ttl(bucket) == 3_600


async def test_a_single_process_asks_nobody(store: Store) -> None:
    presence = Presence(store, Replica("only", "only"))
    await presence.announce()
    quota = SharedTokenBucket(store, presence)
    assert [await quota.take("chat", Rate(1, SLOW)) for _ in range(3)] == [0, 0, 0]
    assert await store.client.keys("*rate*") == []
