"""Telegram end to end on loopback, beside a bare python-telegram-bot echo bot: `-m tests.benchmarks.telegram`."""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.load import Load, loaded, with_rule

ECHO, PLATFORM, WHOLE = "echo_bot", "platform_echo", "the whole bot"
# The bots take turns, so that whatever else the machine does meets all of them.
ROUNDS, CALM, BURST, STEADY = 12, 40, 400, 400
# What must be reached: p50 of one at a time, messages a second, and p99 at half of the echo bot's top rate, as a share
# of the echo bot's.
MOST_P50, LEAST_RATE, MOST_P99 = 1.5, 0.7, 2.0


@dataclass(slots=True)
class Figures:
    """Seconds of single answers, messages a second of every burst, and seconds under a steady load."""

    calm: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    steady: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages a second, of the rounds the median."""
        return statistics.median(self.rates)


def main() -> None:
    """Print the figures side by side."""
    # Where this process collected garbage, people would seem to wait for an answer that has long been there.
    gc.disable()
    with tempfile.TemporaryDirectory() as directory:
        figures = asyncio.run(_measure(with_rule(Path(directory))))
    echo, whole = figures[ECHO], figures[WHOLE]
    print(f"one at a time, then {BURST} at once ({ROUNDS} rounds, in turns)")
    for name, each in figures.items():
        print(f"  {name:14} {_quantiles(each.calm)}   {each.rate:5.0f} messages/s")
    print(f"{echo.rate / 2:.0f} messages/s, half of the echo bot's top rate, said whether answered or not")
    for name in (ECHO, WHOLE):
        print(f"  {name:14} {_quantiles(figures[name].steady)}")
    p50 = _quantile(whole.calm, 50) / _quantile(echo.calm, 50)
    p99 = _quantile(whole.steady, 99) / _quantile(echo.steady, 99)
    print("the whole bot as a share of the echo bot")
    print(f"  messages/s {whole.rate / echo.rate:.2f} (must be ≥ {LEAST_RATE})   ", end="")
    print(f"p50 {p50:.2f} (must be ≤ {MOST_P50})   p99 under load {p99:.2f} (must be ≤ {MOST_P99})")


async def _measure(environment: Mapping[str, str]) -> dict[str, Figures]:
    figures = {name: Figures() for name in (ECHO, PLATFORM, WHOLE)}
    async with _bots(environment) as bots:
        for _ in range(ROUNDS):
            for name, load in bots.items():
                figures[name].calm += await load.one_by_one(CALM)
                figures[name].rates.append(await load.at_once(BURST))
        for _ in range(ROUNDS):
            for name in (ECHO, WHOLE):
                figures[name].steady += await bots[name].steadily(figures[ECHO].rate / 2, STEADY)
    return figures


@asynccontextmanager
async def _bots(environment: Mapping[str, str]) -> AsyncIterator[dict[str, Load]]:
    """Run all bots, each at a loopback Telegram of its own."""
    bots: dict[str, Load] = {}
    async with AsyncExitStack() as stack:
        for name in (ECHO, PLATFORM):
            command = sys.executable, "-m", f"tests.benchmarks.{name}", "{url}", "{token}"
            bots[name] = await stack.enter_async_context(loaded(command))
        bots[WHOLE] = await stack.enter_async_context(loaded((sys.executable, "-m", "bot", "run"), environment))
        yield bots


def _quantile(seconds: list[float], percent: int) -> float:
    """Return a quantile in milliseconds."""
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1000


def _quantiles(seconds: list[float]) -> str:
    return "   ".join(f"p{percent} {_quantile(seconds, percent):6.2f} ms" for percent in (50, 95, 99))


if __name__ == "__main__":
    main()
