"""The model's stage with many answers at once: `python -m tests.benchmarks.model [answers] [pieces]`."""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from bot.domain.message import Chat, Message, Person
from bot.domain.reply import Reply
from handlers.stages import chat
from tests import house
from tests.servers.openai import KEY, MODEL, OpenAI

DELAY = 0.05


async def listen(stage: chat.Chat | chat.Silent, number: int) -> tuple[float, int]:
    """Return the seconds to the first piece, and how many pieces came."""
    who = str(number)
    asked = Message("bench", who, who, Chat(who, private=True), Person(who, who), "hi", time.time(), addressed=True)
    started, first, pieces = time.perf_counter(), 0.0, 0
    reply = await stage(asked)
    assert isinstance(reply, Reply)
    assert reply.words is not None
    async for _ in reply.words:
        first = first or time.perf_counter() - started
        pieces += 1
    return first, pieces


async def measure(url: str, answers: int, pieces: int) -> None:
    """Print how long so many answers take at once, beside what the server alone would take for them."""
    settings = {"openai_api_key": KEY, "openai_base_url": url, "openai_model": MODEL, "openai_parallel": answers}
    with tempfile.TemporaryDirectory() as directory:
        async with house.services(Path(directory), **settings) as services:
            stage = await asyncio.to_thread(chat.build, services)
            await listen(stage, 0)
            started, cpu = time.perf_counter(), time.process_time()
            heard = await asyncio.gather(*(listen(stage, number) for number in range(answers)))
            took, cpu = time.perf_counter() - started, time.process_time() - cpu
    lost = sum(pieces - came for _, came in heard)
    firsts = sorted(first for first, _ in heard)
    print(f"{answers} answers of {pieces} pieces at once: {took:.2f} s (server's own pace {pieces * DELAY:.2f} s)")
    print(f"  first piece p50 {statistics.median(firsts) * 1000:.0f} ms, max {firsts[-1] * 1000:.0f} ms; lost {lost}")
    print(f"  {cpu / (answers * pieces) * 1e6:.0f} µs of this process a piece")


def serve(pipe: Connection, pieces: int) -> None:
    """Serve in a process of its own until the pipe closes."""

    async def run() -> None:
        async with OpenAI(tokens=pieces, delay=DELAY) as server:
            pipe.send(server.url)
            await asyncio.to_thread(pipe.recv)

    asyncio.run(run())


def main(answers: int = 500, pieces: int = 50) -> None:
    """Measure."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs, pieces))
    server.start()
    asyncio.run(measure(ours.recv(), answers, pieces))
    ours.send(None)
    server.join()


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:3]))
