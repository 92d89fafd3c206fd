"""What the mailbox adds to a message: accept, take, begin and finish on a real server; must be ≤ 1 ms at the median."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bot.queue.mailbox import Mailbox
from bot.queue.replica import stranger
from tests.house import services
from tests.people import said

MESSAGES, MILLISECONDS = 2000, 1.0


def main() -> None:
    """Print the figures beside what they must reach."""
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory:
        milliseconds = asyncio.run(_measure(Path(directory)))
    cuts = statistics.quantiles(milliseconds, n=100)
    print(f"mailbox, p50 {cuts[49]:5.2f} ms   p99 {cuts[98]:5.2f} ms   (p50 must be ≤ {MILLISECONDS:.0f} ms)")


async def _measure(directory: Path) -> list[float]:
    async with services(directory) as house:
        mailbox = Mailbox(house.store, stranger())
        return [await _once(mailbox, number) for number in range(MESSAGES)]


async def _once(mailbox: Mailbox, number: int) -> float:
    message = said("how do I install it?", person=f"person-{number % 50}")
    where = message.conversation
    began = time.perf_counter()
    await mailbox.accept(message, where)
    async with mailbox.held(where):
        letter = await mailbox.take(where)
        assert letter
        await mailbox.begin(where, letter)
        await mailbox.finish(where, letter.line)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
