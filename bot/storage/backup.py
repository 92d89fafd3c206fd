"""Everything that is kept as lines of JSON, and back; `docs/backup.md` describes them. Start at `backup`, `restore`."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from bot.queue.replica import alive
from bot.storage.backup_entries import TOGETHER, Entry, is_entry, kept, put
from bot.storage.migration import upgraded
from bot.storage.schema import FIRST, SCHEMA, STEPS, Steps
from bot.storage.store import Store

FORMAT = "yingda backup"


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
            async for entries in kept(store.client):
                file.writelines(_line(entry) for entry in entries)
                count += len(entries)
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


async def restore(store: Store, path: Path, steps: Steps = STEPS) -> int:
    """Put a backup's keys back, each in place of what has its name now. Return how many keys.

    One of an older layout is migrated as it is read.

    Raises:
        BackupError: The file is no backup, of a newer layout, or not whole; or the bot is running. Nothing was changed.
        RedisError, OSError: Redis failed; what was written is whole keys, and restoring again does no harm.
    """
    try:
        for _ in _checked(path, steps):
            pass
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror}") from None
    if await alive(store):
        raise BackupError("the bot is running on this store: stop it first, or what it writes meanwhile would be lost")
    count, read = 0, _checked(path, steps)
    while batch := list(itertools.islice(read, TOGETHER)):
        await put(store.client, batch)
        count += len(batch)
    return count


def _checked(path: Path, steps: Steps) -> Iterator[Entry]:
    """Yield the entries of a backup, of the newest layout.

    Raises:
        BackupError: It is no backup, of a newer layout, or not whole.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        version = _version(path, file.readline(), FIRST + len(steps))
        yield from upgraded(_entries(path, file), version, steps)


def _entries(path: Path, lines: Iterable[str]) -> Iterator[Entry]:
    count, ended = 0, False
    for number, line in enumerate(lines, 2):
        entry = _read(line)
        if ended or not ("keys" in entry or is_entry(entry)):
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


def _version(path: Path, line: str, known: int) -> int:
    head = _read(line)
    if head.get("format") != FORMAT:
        raise BackupError(f"{path}: this is no backup of the bot")
    version = head.get("schema")
    if not isinstance(version, int) or not FIRST <= version <= known:
        raise BackupError(
            f"{path}: this backup has layout {version!r}, this version of the bot knows layout {known}; "
            "restore it with the version that wrote it"
        )
    return version


def _read(line: str) -> Entry:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _line(entry: Entry) -> str:
    return json.dumps(entry, separators=(",", ":")) + "\n"


def _private(path: Path) -> TextIO:
    """Make a file that only its owner can read: what people said is in it."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii")
