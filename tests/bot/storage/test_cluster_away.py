"""A node of the cluster that goes away is an outage like any other: nothing but the default ever comes of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.storage.cluster import Nodes
from bot.storage.store import Store, key, make_client
from tests.looking import seen
from tests.servers.cluster import MASTERS, cluster

WORKERS, KEYS = 30, 50
FAILED_OVER_WITHIN = 10.0
INCREMENT = "return redis.call('INCR', KEYS[1])"


async def test_no_error_of_the_client_escapes_while_a_node_is_away(tmp_path: Path) -> None:
    with cluster(tmp_path) as nodes:
        store, back = Store(make_client(nodes.url), "cluster"), asyncio.Event()
        link = store._link
        assert isinstance(link, Nodes)

        async def work(number: int) -> None:
            for again in range(10_000):
                link._resting.clear()  # nobody may rest here: the more happens at once, the more can go wrong
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


async def test_what_lies_on_other_nodes_is_at_hand_while_one_is_away(tmp_path: Path) -> None:
    with cluster(tmp_path) as nodes:
        store = Store(make_client(nodes.url), "cluster")
        tags = [f"person-{number}" for number in range(30)]
        assert await store.write(*(("SET", key("n", tag=tag), tag) for tag in tags))
        nodes.kill(1)
        assert not await store.write(*(("INCR", key("m", tag=tag)) for tag in tags))
        found = [await store.ask("MGET", key("n", tag=tag), key("m", tag=tag), default=list[str]()) for tag in tags]
        there = [(tag, answer) for tag, answer in zip(tags, found, strict=True) if answer]
        assert 10 < len(there) < 30
        assert all(answer == [tag, "1"] for tag, answer in there)
        assert store.is_away()
        await store.close()


async def test_what_a_dead_node_had_is_asked_of_the_replica_that_takes_its_place(tmp_path: Path) -> None:
    with cluster(tmp_path, replicated=True) as nodes:
        store = Store(make_client(nodes.url), "cluster")
        tags = [f"person-{number}" for number in range(30)]
        assert await store.write(*(("SET", key("n", tag=tag), tag) for tag in tags))
        await asyncio.to_thread(nodes.await_whole)
        nodes.kill(1)
        await asyncio.to_thread(nodes.await_masters, MASTERS, besides=1)

        async def read() -> list[str]:
            return await store.send(*(("GET", key("n", tag=tag)) for tag in tags)) or []

        assert await seen(read, FAILED_OVER_WITHIN) == tags
        await store.close()


async def test_an_error_of_the_work_itself_is_raised(store: Store) -> None:
    async def work() -> None:
        raise AttributeError("a bug")

    with pytest.raises(AttributeError, match="a bug"):
        await store.attempt(work, None)
    assert not store.is_away()
