"""A real house to put one room into, with a store and settings of its own, also outside pytest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bot.config.settings import Settings
from bot.services import Services
from bot.storage.embedded import open_store
from tests.conftest import make_services


@asynccontextmanager
async def services(data_dir: Path, **settings: Any) -> AsyncIterator[Services]:
    """Open everything that a stage is given, with these settings and none of the environment's `.env`."""
    values: dict[str, Any] = {"_env_file": None, "data_dir": data_dir, **settings}
    chosen = Settings(**values)
    async with open_store(chosen) as store, AsyncExitStack() as closing:
        yield make_services(store, chosen, closing)
