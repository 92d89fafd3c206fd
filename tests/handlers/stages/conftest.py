"""What the tests of the stages stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.handlers.stages.talk import Talk, talking
from tests.servers.openai import OpenAI


@pytest.fixture
async def server() -> AsyncIterator[OpenAI]:
    async with OpenAI() as opened:
        yield opened


@pytest.fixture
async def talk(tmp_path: Path, server: OpenAI) -> AsyncIterator[Talk]:
    async with talking(tmp_path, server) as opened:
        yield opened
