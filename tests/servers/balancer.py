"""A load balancer before replicas of the bot: each request goes to the next, and on to others until it is taken."""

from __future__ import annotations

import contextlib
import itertools
import socket
from typing import Self

import aiohttp
from aiohttp import web

# Seconds that a replica may take to answer: one that stands still for longer gets what another has taken already.
PATIENCE = 3.0
# What a request says of its own connection.
OWN = frozenset({"Host", "Content-Length", "Connection", "Accept-Encoding"})


class Balancer:
    """An address on this machine that leads to so many replicas, while it is entered.

    Attributes:
        ports: Where the replicas are to serve. Nobody else gets such a port while a replica is dead.
        again: How often a request had to go to another replica.
    """

    def __init__(self, replicas: int, patience: float = PATIENCE) -> None:
        self.url = ""
        self.again = 0
        self._patience = patience
        self._stack = contextlib.AsyncExitStack()
        self._kept = [_kept_port() for _ in range(replicas)]
        self.ports = [each.getsockname()[1] for each in self._kept]
        self._turns = itertools.cycle(range(replicas))

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._pass_on)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        for each in self._kept:
            self._stack.callback(each.close)
        timeout = aiohttp.ClientTimeout(total=self._patience)
        # A connection for each request: those to a replica that was killed are of no use.
        connector = aiohttp.TCPConnector(force_close=True, limit=0)
        session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        self._session = await self._stack.enter_async_context(session)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def environments(self) -> list[dict[str, str]]:
        """What each replica is told of it."""
        return [{"HTTP_PORT": str(port), "TELEGRAM_WEBHOOK_URL": self.url} for port in self.ports]

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name not in OWN}
        status, first = 502, next(self._turns)
        for port in (*self.ports[first:], *self.ports[:first]):
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                url = f"http://127.0.0.1:{port}{request.path}"
                async with self._session.post(url, data=body, headers=headers) as answer:
                    status = answer.status
                if answer.ok:
                    break
            self.again += 1
        return web.Response(status=status)


def _kept_port() -> socket.socket:
    """Return a socket that keeps a port without listening there: whoever is told of it may."""
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    return kept
