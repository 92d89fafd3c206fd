"""What a stranger may do to the HTTP server: nothing that others feel, and no line in the log."""

from __future__ import annotations

import asyncio
import gzip
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest

from bot.runtime.health import Health
from bot.runtime.http import Limits, application, opened
from bot.services import Services
from bot.turn.scheduler import Scheduler
from tests.edge import Edge
from tests.servers.telegram.bell import Bell

SECRET = "Secret: right\r\n"
BRIEF = Limits(seconds=0.2)
UNREADABLE = (
    b"nonsense\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET http://[ HTTP/1.1\r\nHost: here\r\n\r\n",
    b"GET http://here:99999999/ HTTP/1.1\r\nHost: here\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: here\r\n\r\n",
    b"GET /readyz?exclude=%ff%zz HTTP/1.1\r\nHost: here\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: here\r\nExpect: wonders\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: here\r\nContent-Length: -1\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: here\r\n" + b"X: y\r\n" * 3000 + b"\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: here\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nnonsense",
    b"CONNECT here:1 HTTP/1.1\r\nHost: here\r\n\r\nnonsense",
    b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\nnonsense\r\n\r\n",
    b"POST /hook HTTP/1.1\r\nHost: here\r\nSecret: right\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /hook HTTP/1.1\r\nHost: here\r\nSecret: right\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nab",
    b"POST /hook HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
)


@dataclass
class Hook(Edge):
    """A platform that is brought things, and is about each of them until told to be done."""

    hook: str = "/hook"
    bodies: list[bytes] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    bell: Bell = field(default_factory=Bell)

    def knows(self, headers: Mapping[str, str]) -> bool:
        return headers.get("Secret") == "right"

    async def take(self, body: bytes) -> HTTPStatus:
        self.bodies.append(body)
        self.bell.ring()
        await self.done.wait()
        return HTTPStatus.OK


@dataclass
class Line:
    """A connection of a stranger's."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def status(self) -> int:
        """Wait for an answer; return its status."""
        async with asyncio.timeout(10):
            return int((await self.reader.readuntil(b"\r\n\r\n")).split()[1])

    async def ended(self) -> None:
        """Wait until the other side has closed."""
        try:
            async with asyncio.timeout(10):
                await self.reader.read()
        except ConnectionError:
            return


@dataclass
class Door:
    """The server's address, and the platform behind it."""

    port: int
    hook: Hook
    lines: list[Line] = field(default_factory=list)

    async def told(self, text: bytes | str) -> Line:
        """Connect, and send something."""
        line = Line(*await asyncio.open_connection("127.0.0.1", self.port))
        self.lines.append(line)
        line.writer.write(text if isinstance(text, bytes) else text.encode())
        return line

    async def brings(self, length: int, headers: str = "", body: bytes = b"") -> Line:
        """Bring something to the hook that is said to be so long."""
        head = f"POST /hook HTTP/1.1\r\nHost: here\r\nContent-Length: {length}\r\n{headers}\r\n"
        return await self.told(head.encode() + body)

    async def asks(self) -> int:
        """Ask whether the bot is alive."""
        return await (await self.told("GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")).status()

    async def is_let_in(self) -> bool:
        """Ask it, and return whether there was an answer."""
        try:
            return await self.asks() == 200
        except (ConnectionError, asyncio.IncompleteReadError):
            return False


@asynccontextmanager
async def door(services: Services, limits: Limits | None = None) -> AsyncIterator[Door]:
    """Serve a hook on a free port."""
    hook, limits = Hook(), limits or Limits()
    app = application(Health(services, Scheduler()), services.metrics, {"test": hook}, limits)
    async with opened(app, "127.0.0.1", 0, limits) as port:
        stranger = Door(port, hook)
        yield stranger
        hook.done.set()
        for line in stranger.lines:
            line.writer.transport.abort()


async def test_who_does_not_know_the_secret_is_told_so_before_anything_is_read(services: Services) -> None:
    async with door(services) as stranger:
        lines = [await stranger.brings(1 << 20, "Content-Encoding: gzip\r\n") for _ in range(10)]
        assert [await line.status() for line in lines] == [403] * 10
        for line in lines:
            await line.ended()


async def test_nothing_is_ever_unpacked(services: Services) -> None:
    bomb = gzip.compress(bytes(100_000_000), 1)
    async with door(services) as stranger:
        began = time.thread_time()
        for secret in ("", SECRET):
            for _ in range(5):
                line = await stranger.brings(len(bomb), f"{secret}Content-Encoding: gzip\r\n", bomb)
                await line.ended()
        assert await stranger.asks() == 200
        assert time.thread_time() - began < 1
        assert not stranger.hook.bodies


async def test_what_is_packed_is_refused(services: Services) -> None:
    async with door(services) as stranger:
        line = await stranger.brings(20, f"{SECRET}Content-Encoding: gzip\r\n")
        assert await line.status() == 415
        await line.ended()
        stranger.hook.done.set()
        plain = await stranger.brings(2, f"{SECRET}Content-Encoding: identity\r\n", b"{}")
        assert await plain.status() == 200


async def test_the_body_of_a_question_that_needs_none_is_not_waited_for(services: Services) -> None:
    async with door(services) as stranger:
        for path in ("/healthz", "/metrics", "/nowhere"):
            head = f"GET {path} HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000\r\n\r\n"
            line = await stranger.told(head)
            assert await line.status() in {200, 404}
            await line.ended()


async def test_bodies_that_do_not_come_are_not_waited_for_long(services: Services) -> None:
    async with door(services, BRIEF) as stranger:
        lines = [await stranger.brings(100, SECRET, b"{") for _ in range(50)]
        lines += [await stranger.brings(100, "", b"{") for _ in range(250)]
        assert [await line.status() for line in lines] == [408] * 50 + [403] * 250
        for line in lines:
            await line.ended()


@pytest.mark.parametrize("head", [b"", b"POST /hook HTTP/1.1\r\nHost: he", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"])
async def test_a_connection_on_which_no_request_comes_is_ended(services: Services, head: bytes) -> None:
    async with door(services, BRIEF) as stranger:
        await (await stranger.told(head)).ended()


async def test_beyond_so_many_requests_at_once_the_next_is_refused_at_once(services: Services) -> None:
    async with door(services) as stranger:
        held = [await stranger.brings(2, SECRET, b"{}") for _ in range(100)]
        assert await stranger.hook.bell.until(lambda: len(stranger.hook.bodies) == 100, 10)
        refused = await stranger.brings(2, SECRET)
        assert await refused.status() == 503
        await refused.ended()
        assert await stranger.asks() == 200
        stranger.hook.done.set()
        assert [await line.status() for line in held] == [200] * 100
        assert await (await stranger.brings(2, SECRET, b"{}")).status() == 200


async def test_beyond_so_many_connections_the_next_is_closed_at_once(services: Services) -> None:
    async with door(services, Limits(connections=2)) as stranger:
        assert [await stranger.is_let_in() for _ in range(3)] == [True, True, False]
        for line in stranger.lines[:2]:
            line.writer.close()
        async with asyncio.timeout(10):
            while not await stranger.is_let_in():
                pass


@pytest.mark.parametrize("nonsense", UNREADABLE)
async def test_what_cannot_be_read_is_no_error_of_the_bots(
    services: Services, caplog: pytest.LogCaptureFixture, nonsense: bytes
) -> None:
    async with door(services, BRIEF) as stranger:
        await (await stranger.told(nonsense)).ended()
        await (await stranger.told(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n" + nonsense)).ended()
        assert await stranger.asks() == 200
    assert [each.getMessage() for each in caplog.records if each.levelno > logging.INFO] == []


async def test_a_body_that_breaks_off_is_no_error_of_the_bots(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    async with door(services) as stranger:
        for secret in ("", SECRET):
            line = await stranger.brings(100, secret, b"{")
            line.writer.transport.abort()
        held = await stranger.brings(2, SECRET, b"{}")
        assert await stranger.hook.bell.until(lambda: bool(stranger.hook.bodies), 10)
        held.writer.transport.abort()
        assert await stranger.asks() == 200
    assert [each.getMessage() for each in caplog.records if each.levelno > logging.INFO] == []
