"""What the tests of the stages stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.storage.store import Store
from tests.handlers.stages.talk import Talk, Talking, talking
from tests.servers.openai import OpenAI


@pytest.fixture
def talks(tmp_path: Path, redis_url: str, store: Store) -> Talking:
    """Open conversations with settings of their own, on a store that is empty."""

    def opened(server: OpenAI, **settings: Any) -> Any:
        return talking(tmp_path, server, **{"redis_url": redis_url, **settings})

    return opened


@pytest.fixture
async def server() -> AsyncIterator[OpenAI]:
    async with OpenAI() as opened:
        yield opened


@pytest.fixture
async def talk(talks: Talking, server: OpenAI) -> AsyncIterator[Talk]:
    async with talks(server) as opened:
        yield opened
