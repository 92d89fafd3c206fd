"""The unsteady line brings everything in its order, late, or breaks as it was told to: asked by the real client."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import TimeoutError as LateError

from bot.storage.store import make_client
from tests.servers.proxy import Proxy


@pytest.fixture
async def line(redis_url: str) -> AsyncIterator[Proxy]:
    async with Proxy(Path(redis_url.removeprefix("unix://"))) as opened:
        yield opened


@pytest.fixture
async def client(line: Proxy) -> AsyncIterator[Any]:
    made = make_client(line.url)
    await made.flushall()
    yield made
    await made.aclose()


async def test_a_slow_line_brings_everything_in_its_order(line: Proxy, client: Any) -> None:
    line.delay = (0.01, 0.1)
    began = time.monotonic()
    async with client.pipeline(transaction=False) as pipeline:
        for number in range(100):
            pipeline.rpush("list", number)
        await pipeline.execute()
    assert await client.lrange("list", 0, -1) == [str(number) for number in range(100)]
    assert time.monotonic() - began > 4 * 0.01


async def test_a_stalled_line_keeps_what_comes_and_brings_it_afterwards(line: Proxy, client: Any) -> None:
    await client.ping()
    line.stall()
    with pytest.raises(LateError):
        await client.rpush("list", "late")
    line.flow()
    assert await client.blpop("list", 2) == ["list", "late"]


async def test_a_torn_line_loses_the_command_or_its_answer(line: Proxy, client: Any) -> None:
    for _ in range(2):
        await client.ping()
        line.tears = 1
        with pytest.raises(LostError):
            await client.incr("n")
    assert (line.torn, await client.incr("n")) == (2, 2)


async def test_a_cut_line_is_open_again_at_once(line: Proxy, client: Any) -> None:
    await client.set("n", 1)
    line.cut()
    with pytest.raises(LostError):
        await client.get("n")
    assert await client.get("n") == "1"
