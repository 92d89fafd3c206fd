"""`backup FILE`: write everything kept to a file, also while the bot runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from bot.cli.backup_file import counted, takes_file
from bot.config.settings import Settings
from bot.storage.backup import backup
from bot.storage.embedded import join_store
from bot.storage.schema import check_layout


def add(verbs: Any) -> None:
    """Describe the verb."""
    takes_file(verbs.add_parser("backup", help="write everything that is kept to a file, also while the bot runs"), run)


def run(arguments: argparse.Namespace) -> int:
    """Write the file, and say how much is in it. Return 0.

    Raises:
        StoreError: The store cannot be read, or the file cannot be written.
    """
    count = counted(_backup, arguments.file, failed="no backup was written")
    print(f"{arguments.file}: {count} keys")  # noqa: T201 — this is what was asked for
    return 0


async def _backup(settings: Settings, path: Path) -> int:
    async with join_store(settings) as store:
        await check_layout(store)
        return await backup(store, path)
