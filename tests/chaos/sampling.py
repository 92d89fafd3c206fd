"""What a running bot holds, seen from outside: memory, open files and connections, threads, tasks. And its slope."""

from __future__ import annotations

import itertools
import os
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

MIB = 1 << 20
TASKS = re.compile(r"^yingda_tasks (\S+)$", re.MULTILINE)
TURNS = re.compile(r"^yingda_turns\{.*\} (\S+)$", re.MULTILINE)
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process held at a time in seconds; `memory` is resident, in bytes. `turns` were under way.

    `local` are its sockets on this machine alone, its connections to Redis: it may keep as many as it once needed.
    `descriptors` are all others.
    """

    time: float
    memory: int
    descriptors: int
    local: int
    threads: int
    tasks: int
    turns: int

    def __str__(self) -> str:
        held = f"{self.tasks} tasks, {self.descriptors} descriptors and {self.local} of Redis, {self.threads} threads"
        return f"{self.memory / MIB:.1f} MiB, {held}"


async def sample(pid: int, url: str) -> Sample:
    """Ask a bot that serves its metrics at `url` how it is and whether it lives, and count what it holds.

    Each time over new connections, which it must give back.
    """
    process = Path(f"/proc/{pid}")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/healthz") as answer:
            await answer.read()
        async with session.get(f"{url}/metrics") as answer:
            told = await answer.text()
        local, others = _descriptors(process)
    tasks = TASKS.search(told)
    assert tasks, "the bot does not tell how many tasks it has"
    return Sample(
        time=time.monotonic(),
        memory=int((process / "statm").read_text().split()[1]) * PAGE,
        descriptors=others,
        local=local,
        threads=sum(1 for _ in (process / "task").iterdir()),
        tasks=int(float(tasks[1])),
        turns=sum(int(float(each)) for each in TURNS.findall(told)),
    )


def _descriptors(process: Path) -> tuple[int, int]:
    """Return how many Unix sockets a process has open, and how much else."""
    lines = (process / "net" / "unix").read_text().splitlines()[1:]
    local = {f"socket:[{line.split()[6]}]" for line in lines}
    names = [name for each in (process / "fd").iterdir() if (name := _name(each))]
    found = sum(name in local for name in names)
    return found, len(names) - found


def _name(descriptor: Path) -> str:
    """Return what an open descriptor is, nothing where it was closed just now."""
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""


def slope(samples: Sequence[Sample]) -> float:
    """Return how memory changes, in MiB an hour: the median of the slopes between all pairs (Theil, 1950; Sen, 1968).

    Up to 29 % of the samples may be anything at all without moving it far.
    """
    rises = [
        (b.memory - a.memory) / MIB / (b.time - a.time) * 3600
        for a, b in itertools.combinations(samples, 2)
        if b.time > a.time
    ]
    return statistics.median(rises) if rises else 0.0
