"""What `backup` and `restore` have in common: they are given a file, and carry so many keys to it or from it."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from redis.exceptions import RedisClusterException, RedisError

from bot.config.settings import Settings, read_settings
from bot.storage.backup import BackupError
from bot.storage.store import StoreError


def takes_file(verb: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    """Describe the one thing that the verb is given, and what runs it."""
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.set_defaults(run=run)


def counted(carry: Callable[[Settings, Path], Coroutine[Any, Any, int]], path: Path, *, failed: str) -> int:
    """Carry keys between the store and a file. Return how many.

    Raises:
        StoreError: It cannot be done: `failed`, and why.
    """
    try:
        return asyncio.run(carry(read_settings(), path))
    except (BackupError, RedisError, RedisClusterException, OSError) as error:
        raise StoreError(f"{failed}: {error}") from None
