"""A real house to put one room into: settings, an embedded Valkey, memory, the catalogue, and seeded chance."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bot.command import Commands
from bot.content import Content
from bot.contract import Services
from bot.explanations import Explanations
from bot.memory import Memory
from bot.options import OptionsKeeper
from bot.settings import HOUSE, Settings
from bot.store import open_store
from bot.texts import Texts


@asynccontextmanager
async def services(data_dir: Path, **settings: Any) -> AsyncIterator[Services]:
    """Open everything that a stage is given, with these settings and none of the environment's `.env`."""
    values: dict[str, Any] = {"_env_file": None, "data_dir": data_dir, **settings}
    chosen = Settings(**values)
    async with open_store(chosen) as store, AsyncExitStack() as closing:
        yield Services(
            settings=chosen,
            store=store,
            memory=Memory(store, chosen),
            options=OptionsKeeper(store),
            explanations=Explanations(store),
            texts=Texts(HOUSE / "handlers" / "texts"),
            content=Content(),
            commands=Commands(()),
            platforms={},
            random=random.Random(1),
            clock=time.time,
            closing=closing,
        )
