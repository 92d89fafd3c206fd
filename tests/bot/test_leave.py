"""Leave to write: asked for at the last moment, and not more often than that takes."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.contract import Superseded
from bot.leave import TRIES, Leave, asking_leave
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


async def test_a_request_is_only_made_with_leave_where_one_applies() -> None:
    heard = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/{anything}", hear)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(trace_configs=[asking_leave(aiohttp.TraceConfig())]) as session,
    ):
        for path in ("/new", "/used"):  # connections
            with pytest.raises(Superseded), leave_given(times=0).applied():
                await session.get(server.make_url(path))
            await session.get(server.make_url(f"{path}-without"))
        with leave_given(times=1).applied():
            await session.get(server.make_url("/given"))
    assert heard == ["/new-without", "/used-without", "/given"]
