"""The first use of the language commands after a start, beside the hundredth, and the bot's memory before and after."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.skip import SkipBenchmark
from tests.benchmarks.start import ROOT, resident

TEXT = "他来到了网易杭研大厦，研究生命起源；乒乓球拍卖完了，我們去重慶的銀行。"
MODES = ("accurate", "full", "search", "forward", "backward", "bidirectional", "graph", "compare")
COMMANDS = (*(f"/segment mode:{mode}" for mode in MODES), "/pos", "/keywords", "/keywords method:textrank", "/pinyin")

TIMES, LAST = 100, 20
# What is loaded after the start is there by then.
LATER = 5.0
MORE = 20.0


def main() -> None:
    """Print the figures: of each command in a bot of its own, asked at once, and asked some seconds after the start."""
    if not Path("/proc/self/status").exists():
        raise SkipBenchmark("resident memory is read from /proc, which this system does not have")
    heads = "".join(f"{head:>9}" for head in ("at once", "later", "100th", "more", "CPU more"))
    print(f"{'milliseconds':30}{heads}  ≤ {MORE:.0f}     MiB before, after")
    for command in COMMANDS:
        at_once = _measure(command, 0.0, 1)[0]
        first, hundredth, cpu, memory = _measure(command, LATER, TIMES)
        print(f"{command:30} {at_once:8.1f} {first:8.1f} {hundredth:8.1f} {first - hundredth:8.1f} {cpu:8.1f}", end="")
        print(f"{'':11}{memory[0]:6.1f} {memory[1]:6.1f}", flush=True)
    _lag()


def _lag() -> None:
    """Print how late an event loop is while a thread loads all that commands need, and without."""
    code = (
        "import asyncio, threading, time\n"
        "from handlers.warming import load\n"
        "async def late(busy):\n"
        "    waits, thread = [], threading.Thread(target=load, args=(threading.Event(),), daemon=True)\n"
        "    if busy: thread.start()\n"
        "    end = time.monotonic() + 4\n"
        "    while time.monotonic() < end:\n"
        "        due = time.perf_counter() + 0.002\n"
        "        await asyncio.sleep(0.002)\n"
        "        waits.append((time.perf_counter() - due) * 1000)\n"
        "    waits.sort()\n"
        "    middle, rare = waits[len(waits) // 2], waits[len(waits) * 99 // 100]\n"
        "    return f'median {middle:.2f}, p99 {rare:.2f}, most {waits[-1]:.1f} ms'\n"
        "print('the loop is late while all is loaded:', asyncio.run(late(True)))\n"
        "print('                    and without that:', asyncio.run(late(False)))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})


def _measure(command: str, later: float, times: int) -> tuple[float, float, float, tuple[float, float]]:
    """Return milliseconds of the first and of the last answers, and of processor time that the first took more; MiB."""
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory, _bot(Path(directory)) as bot:
        _ask(bot, "怎么安装？")
        time.sleep(later)
        before = resident(bot.pid)
        taken, spent = [], [_spent(bot.pid)]
        for _ in range(times):
            taken.append(_ask(bot, f"{command} {TEXT}"))
            spent.append(_spent(bot.pid))
        cpu = [after - earlier for earlier, after in itertools.pairwise(spent)]
        more = cpu[0] - statistics.median(cpu[-LAST:])
        return taken[0], statistics.median(taken[-LAST:]), more, (before, resident(bot.pid))


def _spent(pid: int) -> float:
    """Return the milliseconds of processor time that a process's threads have had, whatever else runs here."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6


@contextlib.contextmanager
def _bot(directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "DATA_DIR": str(directory), "PYTHONPATH": str(ROOT), "REDIS_URL": ""}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "chat", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=directory,
        env=environment,
    ) as bot:
        yield bot
        assert bot.stdin
        bot.stdin.close()


def _ask(bot: subprocess.Popen[bytes], line: str) -> float:
    """Return the milliseconds from the question to its answer."""
    assert bot.stdin
    assert bot.stdout
    start = time.perf_counter()
    bot.stdin.write(f"{line}\n".encode())
    bot.stdin.flush()
    answer = bot.stdout.readline()
    taken = time.perf_counter() - start
    assert json.loads(answer)["source"]["kind"] != "error", answer.decode()
    return taken * 1000


if __name__ == "__main__":
    main()
