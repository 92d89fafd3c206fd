"""The first use of the language commands after a start, beside the hundredth, and the bot's memory before and after."""

from __future__ import annotations

import contextlib
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
    heads = "".join(f"{head:>9}" for head in ("at once", "later", "100th", "more"))
    print(f"{'milliseconds':30}{heads}  ≤ {MORE:.0f}     MiB before, after")
    for command in COMMANDS:
        at_once, _, _ = _measure(command, 0.0, 1)
        first, hundredth, memory = _measure(command, LATER, TIMES)
        print(f"{command:30} {at_once:8.1f} {first:8.1f} {hundredth:8.1f} {first - hundredth:8.1f}", end="")
        print(f"{'':8}{memory[0]:6.1f} {memory[1]:6.1f}")


def _measure(command: str, later: float, times: int) -> tuple[float, float, tuple[float, float]]:
    """Return the milliseconds of the first answer and of the last ones, and the MiB before and after all."""
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory, _bot(Path(directory)) as bot:
        _ask(bot, "怎么安装？")
        time.sleep(later)
        before = resident(bot.pid)
        taken = [_ask(bot, f"{command} {TEXT}") for _ in range(times)]
        return taken[0], statistics.median(taken[-LAST:]), (before, resident(bot.pid))


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
