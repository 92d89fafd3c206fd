"""From the command to the first answer, and the resident memory of the bot and of the server beside it."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.skip import SkipBenchmark

RUNS = 5
SECONDS, MEBIBYTES = 2.0, 160
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Print the figures beside what they must reach."""
    if not Path("/proc/self/status").exists():
        raise SkipBenchmark("resident memory is read from /proc, which this system does not have")
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory:
        measured = [_measure(Path(directory)) for _ in range(RUNS)]
    seconds = sorted(each[0] for each in measured)
    bot, server = measured[-1][1:]
    print(
        f"first answer after   {statistics.median(seconds):6.2f} s    (median of {RUNS}; {seconds[0]:.2f} to", end=" "
    )
    print(f"{seconds[-1]:.2f}; must be ≤ {SECONDS:.0f} s)")
    print(f"the bot's memory     {bot:6.1f} MiB  (must be ≤ {MEBIBYTES} MiB)")
    print(f"the server's memory  {server:6.1f} MiB")


def _measure(directory: Path) -> tuple[float, float, float]:
    """Return seconds to the first answer, and MiB of the bot and of its server after it."""
    environment = {**os.environ, "DATA_DIR": str(directory), "PYTHONPATH": str(ROOT), "REDIS_URL": ""}
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "chat", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=directory,
        env=environment,
    ) as bot:
        assert bot.stdin
        assert bot.stdout
        bot.stdin.write("怎么安装？\n".encode())
        bot.stdin.flush()
        answer = bot.stdout.readline()
        seconds = time.perf_counter() - started
        assert json.loads(answer)["text"], "no answer"
        figures = seconds, resident(bot.pid), sum(map(resident, _children(bot.pid)))
        bot.stdin.close()
    return figures


def _children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def resident(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
