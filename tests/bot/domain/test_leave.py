"""Leave to write: asked for at the last moment, and not more often than that takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from bot.domain.errors import Superseded
from bot.domain.leave import TRIES, Leave, asking_leave
from tests.leave import leave_given


async def test_what_was_just_given_is_not_asked_for_again() -> None:
    leave = leave_given(times=1)
    for _ in range(3):
        await leave.renew()


async def test_what_always_comes_late_is_asked_for_again_but_not_for_ever() -> None:
    asked = []

    async def ask() -> None:
        asked.append(1)

    await Leave(ask, seconds=0.0).renew()
    assert len(asked) == TRIES


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[BaseTestServer, aiohttp.ClientSession, list[str]]]:
    """Open a server, a session that asks leave, and the list of what the server hears."""
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{anything}", hear)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(trace_configs=[asking_leave(aiohttp.TraceConfig())]) as session,
    ):
        yield server, session, heard


async def test_a_request_is_only_made_with_leave_where_one_applies() -> None:
    async with listening() as (server, session, heard):
        for path in ("/new", "/used"):  # connections
            with pytest.raises(Superseded), leave_given(times=0).applied():
                await session.get(server.make_url(path))
            await session.get(server.make_url(f"{path}-without"))
        with leave_given(times=1).applied():
            await session.get(server.make_url("/given"))
    assert heard == ["/new-without", "/used-without", "/given"]


async def test_leave_that_ends_before_the_body_is_sent_is_asked_for_again() -> None:
    async with listening() as (server, session, heard):
        with pytest.raises(aiohttp.ClientConnectionError) as error, leave_given(TRIES, seconds=0.0).applied():
            await session.post(server.make_url("/late"), data=b"body")
        assert isinstance(error.value.__cause__, Superseded)
        with leave_given(2 * TRIES, seconds=0.0).applied():
            await session.post(server.make_url("/in-time"), data=b"body")
    assert heard == ["/in-time"]
