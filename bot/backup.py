"""Everything that is kept as lines of JSON, and back; `docs/backup.md` describes them. Start at `backup`, `restore`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from bot.replica import alive
from bot.schema import SCHEMA, is_kept
from bot.store import VERSION, Store

FORMAT = "yingda backup"
TOGETHER = 500
Json = dict[str, Any]


class BackupError(ValueError):
    """The file cannot be written or taken back, or the store cannot. The message says why."""


async def backup(store: Store, path: Path) -> int:
    """Write everything kept to a file, which is there whole or not at all. Return how many keys.

    Raises:
        BackupError: The file cannot be written.
        RedisError, OSError: Redis failed; there is no file then.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with _private(partial) as file:
            count = 0
            file.write(_line({"format": FORMAT, "schema": SCHEMA, "time": int(time.time())}))
            async for entry in entries(store):
                file.write(_line(entry))
                count += 1
            file.write(_line({"keys": count}))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        if error.filename is None:
            raise
        raise BackupError(f"{path}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
    return count


async def entries(store: Store) -> AsyncIterator[Json]:
    """Yield everything kept: `key`, `type`, `value`, and `ttl`, the milliseconds it lives on, or null."""
    client = store.client
    async for name in client.scan_iter(match=f"{VERSION}:*", count=1000):
        if not is_kept(name):
            continue
        kind = await client.type(name)
        read = _reads(client).get(kind)
        value = await read(name) if read else None
        ttl = await client.pttl(name)
        if value:  # else it has ended meanwhile
            yield {"key": name, "type": kind, "value": value, "ttl": ttl if ttl >= 0 else None}


def _reads(client: Any) -> dict[str, Callable[[str], Awaitable[Any]]]:
    async def members(name: str) -> list[str]:
        return sorted(await client.smembers(name))

    async def scores(name: str) -> list[list[Any]]:
        return [list(each) for each in await client.zrange(name, 0, -1, withscores=True)]

    return {
        "string": client.get,
        "list": lambda name: client.lrange(name, 0, -1),
        "hash": client.hgetall,
        "set": members,
        "zset": scores,
    }


async def restore(store: Store, path: Path) -> int:
    """Put a backup's keys back, each in place of what has its name now. Return how many keys.

    Raises:
        BackupError: The file is no backup, of another layout, or not whole; or the bot is running. Nothing was changed.
        RedisError, OSError: Redis failed; what was written is whole keys, and restoring again does no harm.
    """
    try:
        for _ in _checked(path):
            pass
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror}") from None
    if await alive(store):
        raise BackupError("the bot is running on this store: stop it first, or what it writes meanwhile would be lost")
    count = 0
    batch: list[Json] = []
    for entry in _checked(path):
        batch.append(entry)
        count += 1
        if len(batch) >= TOGETHER:
            await _put(store, batch)
            batch = []
    await _put(store, batch)
    return count


async def _put(store: Store, batch: list[Json]) -> None:
    async with store.client.pipeline(transaction=False) as pipeline:
        for entry in batch:
            _put_key(pipeline, entry["key"], entry["type"], entry["value"], entry["ttl"])
        if batch:
            await pipeline.execute()


def _put_key(pipeline: Any, name: str, kind: str, value: Any, ttl: int | None) -> None:
    pipeline.delete(name)
    match kind:
        case "string":
            pipeline.set(name, value)
        case "list":
            pipeline.rpush(name, *value)
        case "hash":
            pipeline.hset(name, mapping=value)
        case "set":
            pipeline.sadd(name, *value)
        case "zset":
            pipeline.zadd(name, dict(value))
    if ttl is not None:
        pipeline.pexpire(name, max(ttl, 1))


def _checked(path: Path) -> Iterator[Json]:
    """Yield the entries of a backup. Raises `BackupError` where it is not one, of another layout, or not whole."""
    count, ended = 0, False
    with path.open(encoding="utf-8", errors="replace") as file:
        _check_head(path, file.readline())
        for number, line in enumerate(file, 2):
            entry = _read(line)
            if ended or not ("keys" in entry or _is_entry(entry)):
                raise BackupError(f"{path}, line {number}: this is no line of a backup")
            if "keys" in entry:
                ended = True
                if entry["keys"] != count:
                    raise BackupError(f"{path}: {entry['keys']} keys were written, {count} are there")
                continue
            count += 1
            yield entry
    if not ended:
        raise BackupError(f"{path}: the end is missing; the file is not whole")


def _check_head(path: Path, line: str) -> None:
    head = _read(line)
    if head.get("format") != FORMAT:
        raise BackupError(f"{path}: this is no backup of the bot")
    if head.get("schema") != SCHEMA:
        raise BackupError(
            f"{path}: this backup has layout {head.get('schema')!r}, this version of the bot knows layout {SCHEMA}; "
            "restore it with the version that wrote it"
        )


def _is_entry(entry: Json) -> bool:
    kinds = {"string": str, "list": list, "hash": dict, "set": list, "zset": list}
    kind = kinds.get(entry.get("type", ""))
    named = isinstance(entry.get("key"), str) and is_kept(entry["key"])
    aged = entry.get("ttl") is None or (isinstance(entry["ttl"], int) and not isinstance(entry["ttl"], bool))
    return kind is not None and named and aged and isinstance(entry.get("value"), kind) and bool(entry["value"])


def _read(line: str) -> Json:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _line(entry: Json) -> str:
    return json.dumps(entry, separators=(",", ":")) + "\n"


def _private(path: Path) -> TextIO:
    """Make a file that only its owner can read: what people said is in it."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii")
