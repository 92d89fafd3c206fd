"""One connection to Redis for all turns: what they ask is written together, and answered in the order it was asked.

The client library takes a connection out of its pool, several timers and two system calls for each question, which is
most of what a message costs; it stays in use for everything that is not asked at every message.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import hiredis
from redis.asyncio.connection import BlockingConnectionPool, Connection, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import ConnectionError as LinkLostError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as LinkSilentError

Value = str | bytes | float
# A command and its arguments, as Redis takes them.
Command = tuple[Value, ...]
Answers = list[Any]

# Seconds that a deadline is noticed late by at most, unless the process itself stood still.
PUNCTUAL = 0.5
# What the reader of answers says while one is not whole.
UNFINISHED = object()


class NotLetInError(RedisError):
    """A new connection was refused: who gets no connection has no Redis."""


class Link:
    """A connection that is made when it is needed, and anew when it was lost. Nothing is ever asked twice."""

    def __init__(self, pool: BlockingConnectionPool) -> None:
        # Never connected: it knows what REDIS_URL says.
        self._address: Any = pool.make_connection()  # type: ignore[no-untyped-call]  # the library's
        self._connecting = asyncio.Lock()
        self._failures = 0
        self._wire: Wire | None = None

    async def ask(self, commands: Sequence[Command]) -> Answers:
        """Return the answers of some commands, which are done one right after the other.

        Raises:
            RedisError, OSError, TimeoutError: There is no connection, it was lost or there was no answer (the commands
                may have been done), or one of them was refused.
        """
        wire = self._wire if self._wire and self._wire.open else await self._connected()
        return refused_none(await wire.ask(commands), commands)

    async def close(self) -> None:
        """Close the connection; who still waits for an answer gets none."""
        if self._wire:
            await self._wire.close()

    async def _connected(self) -> Wire:
        failures = self._failures
        async with self._connecting:
            if self._wire and self._wire.open:  # Whoever came before has connected.
                return self._wire
            if self._failures > failures:
                raise LinkLostError("whoever came before could not connect")
            try:
                async with asyncio.timeout(self._address.socket_connect_timeout):
                    self._wire = await self._greeted(await self._opened())
            except Exception:
                self._failures += 1
                raise
            return self._wire

    async def _greeted(self, wire: Wire) -> Wire:
        """Let the guard that the client's own connections have, if any, look at a new one first."""
        newcomer = Newcomer(wire, self._address)
        try:
            await (self._address.redis_connect_func or Newcomer.on_connect)(newcomer)
        except ResponseError as error:
            await wire.close()
            raise NotLetInError(str(error)) from None
        except BaseException:
            await wire.close()
            raise
        return wire

    async def _opened(self) -> Wire:
        loop, address = asyncio.get_running_loop(), self._address
        wire = Wire(address.socket_timeout)
        if isinstance(address, UnixDomainSocketConnection):
            await loop.create_unix_connection(lambda: wire, address.path)
        else:
            tls = address.ssl_context.get() if isinstance(address, SSLConnection) else None
            await loop.create_connection(lambda: wire, address.host, address.port, ssl=tls)
        return wire


@dataclass(slots=True)
class Asked:
    """Commands whose answers are waited for, as many as there are `left`, until a time on the loop's clock."""

    left: int
    until: float
    whole: asyncio.Future[Answers]
    answers: Answers = field(default_factory=list)


class Wire(asyncio.Protocol):
    """One connection, as long as it lasts: given up when a question waits longer than the `patience` in seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._transport: asyncio.Transport | None = None
        self._reader = hiredis.Reader(encoding="utf-8", replyError=ResponseError, notEnoughData=UNFINISHED)
        self._asked: deque[Asked] = deque()
        self._unsent: list[bytes] = []
        self._watch: asyncio.TimerHandle | None = None
        self._gone = asyncio.Event()

    @property
    def open(self) -> bool:
        """Whether something can be asked."""
        return self._transport is not None

    def ask(self, commands: Sequence[Command]) -> asyncio.Future[Answers]:
        """Return the answers to come; one that is refused is an error among them."""
        loop = asyncio.get_running_loop()
        packed = b"".join(hiredis.pack_command(each) for each in commands)  # type: ignore[arg-type]  # said of one value
        if not self._unsent:
            loop.call_soon(self._send)  # with what others ask meanwhile
        self._unsent.append(packed)
        asked = Asked(len(commands), loop.time() + self._patience, loop.create_future())
        self._asked.append(asked)
        if self._watch is None:
            self._watch = loop.call_at(asked.until, self._look)
        return asked.whole

    async def close(self) -> None:
        """Close the connection; nobody is answered any more."""
        self._give_up(LinkLostError("closed"))
        await self._gone.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 — what a stream has
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand out the answers that are whole."""
        self._reader.feed(data)
        while self._asked and (answer := self._reader.gets()) is not UNFINISHED:
            asked = self._asked[0]
            asked.answers.append(answer)
            asked.left -= 1
            if not asked.left:
                self._asked.popleft()
                if not asked.whole.done():  # Else whoever asked waits no more.
                    asked.whole.set_result(asked.answers)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave nobody waiting."""
        self._give_up(LinkLostError(type(exc).__name__ if exc else "closed by the server"))
        self._gone.set()

    def _send(self) -> None:
        unsent, self._unsent = self._unsent, []
        if self._transport:
            self._transport.write(b"".join(unsent))

    def _look(self) -> None:
        """Give the connection up when its oldest question has waited too long; look again when the next one has."""
        self._watch = None
        if not self._asked:
            return
        loop, oldest = asyncio.get_running_loop(), self._asked[0]
        if loop.time() - oldest.until > PUNCTUAL:
            # This process stood still, which says nothing about the server.
            for each in self._asked:
                each.until = loop.time() + self._patience
        if oldest.until > loop.time():
            self._watch = loop.call_at(oldest.until, self._look)
            return
        self._give_up(LinkSilentError("no answer"))

    def _give_up(self, error: Exception) -> None:
        transport, self._transport = self._transport, None
        if transport:
            transport.abort()
        if self._watch:
            self._watch.cancel()
            self._watch = None
        asked, self._asked = self._asked, deque()
        for each in asked:
            if not each.whole.done():
                each.whole.set_exception(error)


@dataclass(slots=True)
class Newcomer:
    """A new connection, as the client gives its own to their guard: who begins by `on_connect`."""

    wire: Wire
    address: Any
    heard: Answers = field(default_factory=list)

    async def on_connect(self) -> None:
        """Say who we are, and which database is meant."""
        greeting = _greeting(self.address)
        refused_none(await self.wire.ask(greeting), greeting)

    async def send_command(self, *command: Value) -> None:
        """Ask something."""
        self.heard += await self.wire.ask([command])

    async def read_response(self) -> Any:
        """Return the answer to what was asked first of all that has not been answered. Raises `ResponseError`."""
        return refused_none([self.heard.pop(0)])[0]


def refused_none(answers: Answers, commands: Sequence[Command] = ()) -> Answers:
    """Return the answers. Raises the first that is an error, with the name of its command as a note."""
    for number, answer in enumerate(answers):
        if isinstance(answer, Exception):
            if commands:
                answer.add_note(str(commands[number][0]))
            raise answer
    return answers


def _greeting(address: Connection) -> list[Command]:
    """Return what a new connection begins with: who we are there, and which database is meant."""
    login = ("AUTH", address.username or "default", address.password) if address.password else ()
    name = ("SETNAME", address.client_name) if address.client_name else ()
    return [("HELLO", 3, *login, *name), *([("SELECT", address.db)] if address.db else [])]
