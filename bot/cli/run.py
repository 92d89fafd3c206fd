"""`run`: be on every platform that has a token."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from bot import discover, log
from bot.app import open_house
from bot.settings import Settings, SettingsError, read_settings

NOWHERE = (
    "no platform has a token: set TELEGRAM_TOKEN (from @BotFather) or DISCORD_TOKEN (from Discord's developer portal) "
    "in the environment or in .env; to try the bot without either, use: python -m bot chat"
)


def add(verbs: Any) -> None:
    """Describe the verb."""
    verbs.add_parser("run", help="run the bot on every platform that has a token").set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Run until told to stop. Return 0, or 1 when no platform could be listened to.

    Raises:
        SettingsError: No platform has a token.
    """
    settings = read_settings()
    if not (settings.telegram_token or settings.discord_token):
        raise SettingsError(NOWHERE)
    log.configure(settings.log_level)
    return 0 if asyncio.run(_run(settings)) else 1


async def _run(settings: Settings) -> bool:
    async with open_house(settings, discover.platforms) as house:
        return await house.listen()
