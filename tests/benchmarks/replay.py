"""`replay` of 30,000 real lines through rules and FAQ with the example content."""

from __future__ import annotations

import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.skip import SkipBenchmark

LINES, LINES_A_SECOND = 30_000, 5_000
ROOT = Path(__file__).resolve().parents[2]
STAGES = ("rules,faq", "rules", "")


def main() -> None:
    """Print lines a second, with and without the FAQ, and of the bare machinery."""
    traffic = Path(os.environ.get("EVALUATION_DATA", "")) / "traffic"
    if not os.environ.get("EVALUATION_DATA") or not traffic.is_dir():
        raise SkipBenchmark("EVALUATION_DATA names no directory with real traffic")
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory:
        file = Path(directory) / "traffic.jsonl"
        lines = itertools.islice(itertools.cycle(_lines(traffic)), LINES)
        file.write_text("".join(lines), encoding="utf-8")
        for stages in STAGES:
            figures, seconds = _replay(file, stages)
            # Starting takes a second of the processor's time, too, and is not counted.
            worked = LINES / (seconds - _replay(file, stages, "--limit", "1")[1])
            must = f"  (must be ≥ {LINES_A_SECOND:,})" if stages == STAGES[0] else ""
            share = 1 - figures["unanswered"] / figures["lines"]
            speeds = f"{figures['lines_per_second']:9,.0f} lines/s, {worked:9,.0f} a second of the processor's"
            print(f"{stages or 'no stage':10} {speeds}, {share:.1%} answered{must}")


def _replay(file: Path, stages: str, *options: str) -> tuple[dict[str, float], float]:
    """Return the figures that `replay --json` prints, and the seconds of processor time that its own process took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "bot", "replay", str(file), "--json", "-", *options],
        capture_output=True,
        check=True,
        cwd=file.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "STAGES": stages or "commands"},
    )
    figures: dict[str, float] = json.loads(done.stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return figures, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _lines(traffic: Path) -> Iterator[str]:
    for name in sorted(traffic.glob("*.sample.jsonl")):
        with name.open(encoding="utf-8") as file:
            yield from file


if __name__ == "__main__":
    main()
