"""An HTTP proxy as people have one on their machine: it sends requests on, opens tunnels, and writes both down."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote, urlsplit

import pytest

from tests.servers.overheard import LEDGER
from tests.servers.telegram.bell import Bell

CHUNK = 1 << 16
PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
REFUSED = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"


@dataclass(eq=False)
class ForwardProxy:
    """A proxy on a free port of this machine, while it is entered.

    Attributes:
        names: What only this proxy can find: the ports of this machine that names lead to.
        login: The user and password that it asks for, separated by a colon; empty: it asks for none.
        passed: The first line of everything that went through it, up to the address: `GET http://name/path`.
        refused: How often the login was not right.
    """

    names: Mapping[str, int] = field(default_factory=dict)
    login: str = ""
    passed: list[str] = field(default_factory=list)
    refused: int = 0
    bell: Bell = field(default_factory=Bell)
    _port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None] | None] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        if self.login:
            LEDGER.now.keeps(self.login.partition(":")[2], self._credentials)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        tasks = [each for each in self._tasks if each]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """The proxy's address, its login included."""
        user, _, password = self.login.partition(":")
        login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if self.login else ""
        return f"http://{login}127.0.0.1:{self._port}"

    @property
    def _credentials(self) -> str:
        return base64.b64encode(self.login.encode()).decode()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request, and carry what follows it as it is until one side ends."""
        first, *headers = (await reader.readuntil(b"\r\n\r\n")).decode().removesuffix("\r\n\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        if self.login and f"Proxy-Authorization: Basic {self._credentials}" not in headers:
            self.refused += 1
            self.bell.ring()
            writer.write(REFUSED)
            await writer.drain()
            return
        self.passed.append(f"{method} {target}")
        address = urlsplit(f"//{target}" if method == "CONNECT" else target)
        host, port = address.hostname or "", address.port or PORTS[address.scheme]
        near = ("127.0.0.1", self.names[host]) if host in self.names else (host, port)
        far_reader, far_writer = await asyncio.open_connection(*near)
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = target[len(f"{address.scheme}://{address.netloc}") :] or "/"
                far_writer.write(_head(f"{method} {path} HTTP/1.1", headers))
            await carry(reader, writer, far_reader, far_writer)
        finally:
            far_writer.close()


def _head(first: str, headers: list[str]) -> bytes:
    """Return a request's head without what is the proxy's alone; a connection is for one request, or a WebSocket."""
    kept = [each for each in headers if not each.lower().startswith("proxy-")]
    if not any(each.lower().startswith("upgrade:") for each in kept):
        kept = [each for each in kept if not each.lower().startswith("connection:")] + ["Connection: close"]
    return "\r\n".join((first, *kept, "", "")).encode()


async def carry(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
) -> None:
    """Carry what comes from either side to the other, until one ends."""
    async with asyncio.TaskGroup() as both:
        ways = [both.create_task(_pipe(reader, far_writer)), both.create_task(_pipe(far_reader, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for each in ways:
            each.cancel()


async def _pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(CHUNK):
            sink.write(piece)
            await sink.drain()


def surround(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """Let the environment name these proxies, and no others."""
    for name in tuple(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
