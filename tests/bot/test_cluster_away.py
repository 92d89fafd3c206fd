"""A node of the cluster that goes away is an outage like any other: nothing but the default ever comes of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.store import Store, key, make_client
from tests.servers.cluster import cluster

WORKERS, KEYS = 30, 50
INCREMENT = "return redis.call('INCR', KEYS[1])"


async def test_no_error_of_the_client_escapes_while_a_node_is_away(tmp_path: Path) -> None:
    with cluster(tmp_path) as nodes:
        store, back = Store(make_client(nodes.url), "cluster"), asyncio.Event()

        async def work(number: int) -> None:
            for again in range(10_000):
                store._rest_until = 0  # nobody may rest here: the more happens at once, the more can go wrong
                tag = f"{number}.{again % KEYS}"
                await store.attempt(lambda tag=tag: store.client.eval(INCREMENT, 1, key("n", tag=tag)), None)  # type: ignore[misc]  # mypy cannot infer defaults of a lambda
                await store.write(("RPUSH", key("l", tag=tag), 1), ("INCR", "n"))
                if back.is_set() and not store.is_away():
                    return

        async with asyncio.TaskGroup() as group:
            for number in range(WORKERS):
                group.create_task(work(number))
            nodes.kill(1)
            await asyncio.to_thread(nodes.await_missed, 1)
            await asyncio.to_thread(nodes.start, 1)
            await asyncio.to_thread(nodes.await_whole)
            back.set()
        assert not store.is_away()
        await store.close()


async def test_an_error_of_the_work_itself_is_raised(store: Store) -> None:
    async def work() -> None:
        raise AttributeError("a bug")

    with pytest.raises(AttributeError, match="a bug"):
        await store.attempt(work, None)
    assert not store.is_away()
