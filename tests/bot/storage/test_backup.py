"""A backup holds everything that is kept, and brings it back, with its age; nothing else is taken for one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.queue.replica import Presence, Replica
from bot.services import Services
from bot.storage.backup import BackupError, backup, restore
from bot.storage.backup_entries import Entry, kept
from bot.storage.store import Store
from tests.bot.turn.test_dispatcher import Scene
from tests.people import said

TEXT = some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def names(path: Path) -> list[str]:
    return [each.name for each in path.iterdir()]


async def everything(store: Store) -> dict[str, Any]:
    return {entry["key"]: (entry["type"], entry["value"]) async for some in kept(store.client) for entry in some}


async def test_everything_kept_comes_back_with_its_age(services: Services, tmp_path: Path) -> None:
    scene, path = Scene(services), tmp_path / "backup"
    await scene.hears(said("say 你好"))
    await scene.hears(said("/options memory shared", person="root", chat="group"))
    message = said("say later")
    await scene.dispatcher._mailbox.accept(message, message.conversation)
    before, client = await everything(services.store), services.store.client
    assert await backup(services.store, path) == len(before) >= 7
    await client.flushall()
    assert await restore(services.store, path) == len(before)
    assert await everything(services.store) == before
    memory = f"y1:{{{message.conversation.key}}}:memory"
    assert services.settings.memory_ttl - 60 < await client.ttl(memory) <= services.settings.memory_ttl


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    string=TEXT,
    items=some.lists(TEXT, min_size=1, max_size=5),
    fields=some.dictionaries(TEXT, TEXT, min_size=1, max_size=5),
    scores=some.dictionaries(TEXT, some.floats(-1e9, 1e9), min_size=1, max_size=5),
)
async def test_any_value_comes_back_as_it_was(
    store: Store,
    tmp_path: Path,
    string: str,
    items: list[str],
    fields: dict[str, str],
    scores: dict[str, float],
) -> None:
    client = store.client
    await client.flushall()
    await client.set("y1:{a}:string", string)
    await client.rpush("y1:{a}:list", *items)
    await client.sadd("y1:{a}:set", *items)
    await client.hset("y1:{a}:hash", mapping=fields)
    await client.zadd("y1:{a}:zset", scores)
    before = await everything(store)
    await backup(store, tmp_path / "backup")
    await client.flushall()
    await restore(store, tmp_path / "backup")
    assert await everything(store) == before


async def test_who_is_alive_and_holds_what_is_not_kept(store: Store, tmp_path: Path) -> None:
    await Presence(store, Replica("a", "b")).announce()
    await store.client.set("y1:{a}:lock", "b")
    assert await backup(store, tmp_path / "backup") == 0


async def test_a_running_bot_is_not_restored_under(store: Store, tmp_path: Path) -> None:
    await backup(store, tmp_path / "backup")
    await Presence(store, Replica("a", "b")).announce()
    with pytest.raises(BackupError, match="stop it first"):
        await restore(store, tmp_path / "backup")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "no backup of the bot"),
        (["hello"], "no backup of the bot"),
        ([{"format": "yingda backup", "schema": 2}, {"keys": 0}], "has layout 2"),
        ([{"format": "yingda backup", "schema": 1}], "not whole"),
        ([{"format": "yingda backup", "schema": 1}, {"keys": 3}], "3 keys were written, 0 are there"),
        ([{"format": "yingda backup", "schema": 1}, "x", {"keys": 0}], "line 2"),
        ([{"format": "yingda backup", "schema": 1}, {"key": "other", "type": "string", "value": "x"}], "line 2"),
        ([{"format": "yingda backup", "schema": 1}, {"key": "y1:a", "type": "list", "value": "x"}], "line 2"),
    ],
)
async def test_what_is_no_whole_backup_of_this_layout_changes_nothing(
    store: Store, tmp_path: Path, lines: list[Any], sentence: str
) -> None:
    path = tmp_path / "backup"
    path.write_text("".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines))
    with pytest.raises(BackupError, match=sentence):
        await restore(store, path)
    assert await store.client.keys("*") == []


async def test_a_failed_backup_leaves_the_old_one_and_no_other_file(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    await backup(store, path)
    old = path.read_bytes()
    await store.client.set("y1:{a}:memory", b"\xff")  # no text that could be written
    with pytest.raises(ValueError, match="decode"):
        await backup(store, path)
    assert names(tmp_path) == ["backup"]
    assert path.read_bytes() == old
    assert path.stat().st_mode & 0o077 == 0


async def test_a_backup_of_an_older_layout_is_migrated_as_it_is_read(store: Store, tmp_path: Path) -> None:
    def louder(entry: Entry) -> list[Entry]:
        return [{**entry, "value": entry["value"].upper()}]

    await store.client.set("y1:{a}:why", "because", ex=100)
    await backup(store, tmp_path / "backup")
    assert await restore(store, tmp_path / "backup", (louder,)) == 1
    assert await store.client.get("y1:{a}:why") == "BECAUSE"
    assert 90 < await store.client.ttl("y1:{a}:why") <= 100
