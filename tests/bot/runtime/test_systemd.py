"""What systemd hears of the bot, at a real datagram socket."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.runtime.systemd import supervised
from tests.bot.cli.command_line import environment
from tests.servers.telegram import TelegramServer

PATIENCE = 30
OFTEN, SELDOM = "20000", "3600000000"  # microseconds


class Systemd:
    """Hears what it is told."""

    def __init__(self, address: str | Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._socket.bind(str(address))

    async def hears(self) -> str:
        async with asyncio.timeout(PATIENCE):
            return (await asyncio.get_running_loop().sock_recv(self._socket, 1024)).decode()

    async def hears_in_the_end(self, state: str) -> None:
        while await self.hears() != state:
            pass

    def has_heard(self) -> list[str]:
        """Return, without giving the loop a turn, what has come since then."""
        heard = []
        while True:
            try:
                heard.append(self._socket.recv(1024).decode())
            except BlockingIOError:
                return heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    listening = Systemd(tmp_path / "notify")
    yield listening
    listening.close()


@asynccontextmanager
async def supervision(stop: asyncio.Event) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        supervising = group.create_task(supervised(stop))
        yield
        supervising.cancel()


async def test_it_hears_that_the_bot_is_ready_lives_and_ends(systemd: Systemd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", OFTEN)
    stop = asyncio.Event()
    async with supervision(stop):
        assert [await systemd.hears() for _ in range(4)] == ["READY=1", *["WATCHDOG=1"] * 3]
        stop.set()
        await systemd.hears_in_the_end("STOPPING=1")
        # Answers under way are being finished, by a loop that lives.
        assert await systemd.hears() == "WATCHDOG=1"


async def test_it_hears_nothing_of_a_loop_that_hangs(systemd: Systemd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", OFTEN)
    async with supervision(asyncio.Event()):
        await systemd.hears_in_the_end("WATCHDOG=1")
        systemd.has_heard()
        held, other = socket.socketpair()
        held.settimeout(10 * int(OFTEN) / 1e6)
        with held, other, pytest.raises(TimeoutError):
            held.recv(1)
        assert systemd.has_heard() == []
        assert await systemd.hears() == "WATCHDOG=1"


@pytest.mark.parametrize("asked", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": OFTEN, "WATCHDOG_PID": "1"}])
async def test_who_is_asked_for_no_signs_of_life_gives_none(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str]
) -> None:
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    stop = asyncio.Event()
    async with supervision(stop):
        assert await systemd.hears() == "READY=1"
        stop.set()
        assert await systemd.hears() == "STOPPING=1"


async def test_a_socket_of_the_abstract_namespace_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", f"@yingda-{os.getpid()}")
    systemd = Systemd(f"\0yingda-{os.getpid()}")
    async with supervision(asyncio.Event()):
        assert await systemd.hears() == "READY=1"
    systemd.close()


async def test_a_socket_that_is_gone_hinders_nothing_and_is_told(
    systemd: Systemd, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "notify").unlink()
    stop = asyncio.Event()
    stop.set()
    await asyncio.wait_for(supervised(stop), PATIENCE)
    assert caplog.text.count("systemd could not be told") == 2


async def test_without_systemd_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    stop = asyncio.Event()
    stop.set()
    await asyncio.wait_for(supervised(stop), PATIENCE)
    assert not caplog.records


@pytest.mark.parametrize("replicas", [1, 2])
async def test_it_hears_of_the_process_that_it_has_started_and_of_no_child(
    systemd: Systemd, tmp_path: Path, replicas: int
) -> None:
    async with TelegramServer() as telegram:
        told = environment(tmp_path, TELEGRAM_TOKEN=telegram.token, TELEGRAM_API_URL=telegram.url)
        told |= {"NOTIFY_SOCKET": os.environ["NOTIFY_SOCKET"], "WATCHDOG_USEC": SELDOM}
        command = (sys.executable, "-m", "bot", "run", "--replicas", str(replicas))
        bot = await asyncio.create_subprocess_exec(*command, env=told, stderr=asyncio.subprocess.DEVNULL)
        try:
            assert [await systemd.hears(), await systemd.hears()] == ["READY=1", "WATCHDOG=1"]
            async with asyncio.timeout(PATIENCE):
                alice = telegram.private("alice", language="en")
                await alice.says("/start")
                await alice.sees(re.compile("I am yingda"))
        finally:
            bot.terminate()
            assert await asyncio.wait_for(bot.wait(), PATIENCE) == 0
    assert systemd.has_heard() == ["STOPPING=1"]
