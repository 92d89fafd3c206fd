"""The load balancer: replicas that are dead, refuse or stand still keep nothing from being taken."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.servers.balancer import Balancer


@contextlib.asynccontextmanager
async def replica(port: int, got: list[tuple[int, str]], status: int = 200) -> AsyncIterator[None]:
    async def take(request: web.Request) -> web.Response:
        got.append((port, f"{request.headers['X-Secret']} {await request.text()}"))
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/telegram", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield
    await runner.cleanup()


@pytest.fixture
async def balancer() -> AsyncIterator[Balancer]:
    async with Balancer(2, patience=0.2) as balancer:
        yield balancer


async def brought(balancer: Balancer, *texts: str) -> list[int]:
    statuses = []
    async with aiohttp.ClientSession(headers={"X-Secret": "hush"}) as session:
        for text in texts:
            async with session.post(balancer.url, data=text) as answer:
                statuses.append(answer.status)
    return statuses


async def test_replicas_are_brought_requests_as_they_are_and_in_turn(balancer: Balancer) -> None:
    got, (one, two) = list[tuple[int, str]](), balancer.ports
    async with replica(one, got), replica(two, got):
        assert await brought(balancer, "a", "b", "c") == [200] * 3
    assert got == [(one, "hush a"), (two, "hush b"), (one, "hush c")]
    assert balancer.again == 0


async def test_what_is_refused_or_meets_the_dead_goes_to_another_and_fails_where_there_is_none(
    balancer: Balancer,
) -> None:
    got, (one, two) = list[tuple[int, str]](), balancer.ports
    async with replica(two, got):
        assert await brought(balancer, "a", "b") == [200] * 2
    async with replica(one, got, 503):
        assert await brought(balancer, "c") == [503]
    assert await brought(balancer, "d") == [502]
    assert {port for port, text in got if text != "hush c"} == {two}
    assert balancer.again


async def test_who_stands_still_is_not_waited_for(balancer: Balancer) -> None:
    got, (one, two) = list[tuple[int, str]](), balancer.ports

    async def still(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        standing.append(writer)

    standing: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(still, "127.0.0.1", one), replica(two, got):
        assert await brought(balancer, "a", "b") == [200] * 2
        for writer in standing:
            writer.close()
    assert standing
    assert [text for _, text in got] == ["hush a", "hush b"]
