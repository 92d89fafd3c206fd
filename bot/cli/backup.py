"""`backup FILE`: write everything kept to a file, also while the bot runs."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from redis.exceptions import RedisClusterException, RedisError

from bot.layout.backup import BackupError, backup
from bot.layout.schema import check_layout
from bot.opening import join_store
from bot.settings import Settings, read_settings
from bot.store import StoreError


def add(verbs: Any) -> None:
    """Describe the verb."""
    verb = verbs.add_parser("backup", help="write everything that is kept to a file, also while the bot runs")
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the file, and say how much is in it. Return 0.

    Raises:
        StoreError: The store cannot be read, or the file cannot be written.
    """
    try:
        count = asyncio.run(_backup(read_settings(), arguments.file))
    except (BackupError, RedisError, RedisClusterException, OSError) as error:
        raise StoreError(f"no backup was written: {error}") from None
    print(f"{arguments.file}: {count} keys")  # noqa: T201 — this is what was asked for
    return 0


async def _backup(settings: Settings, path: Path) -> int:
    async with join_store(settings) as store:
        await check_layout(store)
        return await backup(store, path)
