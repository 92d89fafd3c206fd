"""The bot as it really runs: another process, told everything by its environment."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.servers.overheard import LEDGER

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")


class Bot:
    """`python -m bot run` in an empty directory. What it writes about itself is in `log`."""

    def __init__(self, directory: Path, environment: Mapping[str, str], *arguments: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        content = directory / "content"
        content.mkdir(exist_ok=True)
        self.log = directory / "bot.log"
        self._directory = directory
        self._arguments = arguments
        base = {name: os.environ[name] for name in KEPT if name in os.environ}
        places = {"DATA_DIR": str(directory / "data"), "CONTENT_DIR": str(content), "PYTHONPATH": str(ROOT)}
        self._environment = {**base, **places, **environment}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; it is not waited for."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", *self._arguments),
                cwd=self._directory,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> int:
        """End it without a chance to do anything; return its exit code."""
        return await self._signal(signal.SIGKILL)

    async def kill_children(self) -> None:
        """End the processes of the bot that it has started without a chance to do anything."""
        for child in self.children:
            os.kill(child, signal.SIGKILL)

    async def terminate(self) -> int:
        """Ask it to end, wait until it has, and return its exit code."""
        return await self._signal(signal.SIGTERM)

    async def end_if_running(self) -> None:
        """End it, if it was started."""
        if self._process:
            await self.kill()

    def pause(self) -> None:
        """Let it stand still."""
        self._running.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        self._running.send_signal(signal.SIGCONT)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._running.pid

    @property
    def children(self) -> list[int]:
        """The numbers of the processes of the bot that it has started."""
        return _children(self._running.pid)

    @property
    def _running(self) -> asyncio.subprocess.Process:
        assert self._process, "the bot was not started"
        return self._process

    async def _signal(self, number: signal.Signals) -> int:
        if self._running.returncode is None:
            self._running.send_signal(number)
        code = await self._running.wait()
        LEDGER.now.environment(self._environment)
        LEDGER.now.logs[str(self.log)] = self.log.read_text(encoding="utf-8", errors="replace")
        return code


async def ended(pid: int, seconds: float) -> None:
    """Wait until a process that is nobody's child has ended. After so long, kill it and raise `TimeoutError`."""
    loop, gone = asyncio.get_running_loop(), asyncio.Event()
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop.add_reader(handle, gone.set)
    try:
        async with asyncio.timeout(seconds):
            await gone.wait()
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        raise
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def _children(pid: int) -> list[int]:
    """Return the processes of the bot, not of its server, that a process has started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = (int(child) for task in tasks for child in (task / "children").read_text().split())
    return [child for child in children if b"-m\0bot\0run" in Path(f"/proc/{child}/cmdline").read_bytes()]
