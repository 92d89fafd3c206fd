"""Our Telegram platform as an echo bot: what it alone costs. `python -m tests.benchmarks.platform_echo URL TOKEN`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.config.catalogue import Catalogue
from bot.config.settings import read_settings
from bot.contract import Page
from bot.domain.command import Commands
from bot.domain.message import Message
from bot.domain.reply import Source
from bot.platforms.telegram import build
from bot.turn.scheduler import Scheduler

TEXTS = Path(__file__).parents[2] / "handlers" / "texts"


async def run(url: str, token: str) -> None:
    """Say what is said until ended."""
    settings = read_settings(telegram_api_url=url, telegram_token=token)
    platform, turns = build(settings, Catalogue(TEXTS), Commands(())), Scheduler()
    if platform is None:
        sys.exit("no token")

    async def receive(message: Message, /) -> None:
        async def answer() -> None:
            await platform.outlet(message).write(Page(0, message.text, final=True, source=Source("rule")))

        turns.start(message.conversation, answer)

    async def moved(_platform: str, _old: str, _new: str, /) -> None:
        """Keep nothing, move nothing."""

    await platform.listen(receive, moved)


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:3]))
