"""`restore FILE`: put back what `backup` wrote, while the bot does not run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from bot.cli.backup_file import counted, takes_file
from bot.config.settings import Settings
from bot.storage.backup import restore
from bot.storage.embedded import open_store
from bot.storage.migration import prepared
from bot.storage.store import StoreError


def add(verbs: Any) -> None:
    """Describe the verb."""
    takes_file(verbs.add_parser("restore", help="put back what `backup` wrote, while the bot does not run"), run)


def run(arguments: argparse.Namespace) -> int:
    """Put everything back, and say how much it was. Return 0.

    Raises:
        StoreError: The file is not right, or the store cannot be written to.
    """
    count = counted(_restore, arguments.file, failed="not restored")
    print(f"{arguments.file}: {count} keys put back")  # noqa: T201 — this is what was asked for
    return 0


async def _restore(settings: Settings, path: Path) -> int:
    async with open_store(settings) as store:
        if not await prepared(store):
            raise StoreError(f"Redis ({store.address}) cannot be reached")
        return await restore(store, path)
