"""A slow and unsteady line to a server: what goes through it comes late, not at all, or only in part."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

CHUNK = 1 << 16
Due = asyncio.Queue[tuple[float, bytes]]


class Proxy:
    """A TCP port of this machine that leads to a server's Unix socket. Every connection keeps its order.

    Attributes:
        delay: Each piece takes a random time between these seconds, one way.
        tears: So many next pieces on their way to the server end their connection: the first, third, … of them arrive
            in part, the others whole, and then it is the answer that does not come.
        torn: How many connections have ended so.
    """

    def __init__(self, path: Path, seed: int = 1) -> None:
        self.delay = (0.0, 0.0)
        self.tears = 0
        self.torn = 0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.chance = random.Random(seed)
        self._path = path
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        self.flow()
        self.cut()
        await self._server.wait_closed()

    def stall(self) -> None:
        """Let nothing through, in either direction, until `flow`; connections stay open."""
        self.flowing.clear()

    def flow(self) -> None:
        """Let everything through again, also what has come meanwhile."""
        self.flowing.set()

    def cut(self) -> None:
        """Reset every connection."""
        for writer in tuple(self._open):
            writer.transport.abort()

    def tear(self) -> int:
        """Return what becomes of the next piece: 0 nothing, 1 its connection is torn before its end, 2 after it."""
        if not self.tears:
            return 0
        self.tears, self.torn = self.tears - 1, self.torn + 1
        return 2 - self.torn % 2

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_unix_connection(self._path)
            writers = {writer, far_writer}
            self._open |= writers
            try:
                await _Line(self, reader, writer, far_reader, far_writer).carry()
            finally:
                self._open -= writers
                far_writer.transport.abort()
        writer.transport.abort()


@dataclass(slots=True)
class _Line:
    """One connection. It ends as a whole when one side ends."""

    proxy: Proxy
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    far_reader: asyncio.StreamReader
    far_writer: asyncio.StreamWriter
    mute: bool = field(default=False)

    async def carry(self) -> None:
        there, back = Due(), Due()
        ways = (self._read(self.reader, there), self._bring(there), self._read(self.far_reader, back))
        tasks = [asyncio.ensure_future(way) for way in (*ways, self._bring_back(back))]
        # A reader's end is brought after what it has read.
        await asyncio.wait({tasks[1], tasks[3]}, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, source: asyncio.StreamReader, due: Due) -> None:
        last = 0.0
        with contextlib.suppress(OSError):
            while piece := await source.read(CHUNK):
                last = max(last, time.monotonic() + self.proxy.chance.uniform(*self.proxy.delay))
                due.put_nowait((last, piece))
        due.put_nowait((last, b""))

    async def _bring(self, due: Due) -> None:
        while piece := await self._arrived(due):
            tear = self.proxy.tear()
            self.mute = bool(tear)
            self.far_writer.write(piece[: len(piece) // 2] if tear == 1 else piece)
            await self.far_writer.drain()
            if tear:
                return

    async def _bring_back(self, due: Due) -> None:
        while piece := await self._arrived(due):
            if not self.mute:
                self.writer.write(piece)
                await self.writer.drain()

    async def _arrived(self, due: Due) -> bytes:
        """Return the next piece when it is time, nothing at the end."""
        when, piece = await due.get()
        await asyncio.sleep(max(0.0, when - time.monotonic()))  # the delay itself
        await self.proxy.flowing.wait()
        return piece
