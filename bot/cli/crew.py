"""Several processes of the bot on one machine: started, watched, started again when one dies, and ended together.

A child also ends when its parent has died without a word: the parent holds the child's standard input open, and its end
is the end of the parent, however that came.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.runtime.systemd import supervised

log = structlog.get_logger(__name__)

# A child that ends sooner than this with an error of the environment or the command line is not started again.
USAGE_ERROR = 2
# The argument of `run` by which a child knows that it is one.
CHILD = "--child"
# What shells add to the number of the signal by which a process was ended.
SIGNALLED = 128
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# One that has lived for so long starts again without delay.
STEADY_SECONDS = 60.0


@dataclass(slots=True)
class Crew:
    """So many children that run the bot with `redis_url` as their Redis, serving on `http_port` and those above it.

    All are ended when `ending` is set.
    """

    replicas: int
    redis_url: str
    grace: float
    ending: asyncio.Event
    http_port: int = 0

    async def run(self) -> int:
        """Run until told to end, or until a child cannot start at all. Return the worst exit code."""
        async with asyncio.TaskGroup() as group:
            supervising = group.create_task(supervised(self.ending))
            watches = [group.create_task(self._watch(number)) for number in range(self.replicas)]
            await asyncio.wait(watches)
            supervising.cancel()
        return max(_as_shells_tell(watch.result()) for watch in watches)

    async def _watch(self, number: int) -> int:
        """Keep one child running, and return the exit code that it ended with when it was to end."""
        loop, pause = asyncio.get_running_loop(), FIRST_PAUSE
        while True:
            began = loop.time()
            code = await self._live(number)
            if self.ending.is_set():
                return code
            if code == USAGE_ERROR:
                self.ending.set()
                return code
            pause = FIRST_PAUSE if loop.time() - began > STEADY_SECONDS else min(pause * 2, LONGEST_PAUSE)
            log.error("a replica has died and is started again", replica=number, code=code, seconds=pause)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.ending.wait()
                return 0

    async def _live(self, number: int) -> int:
        """Run one child to its end; when the crew is to end, ask it to, and in the end make it."""
        # systemd listens to the process that it has started, not to a child.
        environment = {**os.environ, "REDIS_URL": self.redis_url, "REPLICA": str(number), "NOTIFY_SOCKET": ""}
        if self.http_port:
            environment["HTTP_PORT"] = str(self.http_port + number)
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run", CHILD), env=environment, stdin=subprocess.PIPE
        )
        async with asyncio.TaskGroup() as group:
            ended = group.create_task(child.wait())
            ending = group.create_task(self.ending.wait())
            try:
                await asyncio.wait({ended, ending}, return_when=asyncio.FIRST_COMPLETED)
                if not ended.done():
                    child.terminate()
                    await asyncio.wait({ended}, timeout=self.grace)
            finally:
                if not ended.done():
                    child.kill()
                ending.cancel()
        return ended.result()


def end_with_parent() -> None:
    """Ask this process to end, as SIGTERM does, when its standard input ends."""

    def wait() -> None:
        # Not through sys.stdin: a thread that holds its lock would hinder the interpreter from ending.
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _as_shells_tell(code: int) -> int:
    """Return an exit code as a shell does: asked to end before it could hear that, a child has ended well."""
    if code == -signal.SIGTERM:
        return 0
    return code if code >= 0 else SIGNALLED - code
