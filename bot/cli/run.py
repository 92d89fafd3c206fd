"""`run`: be on every platform that has a token."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

from bot import discover, log
from bot.app import House, live
from bot.settings import SettingsError, read_settings
from bot.web import serving

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
    log.configure(settings.log_level, settings.secrets)
    return 0 if asyncio.run(live(settings, discover.platforms, _served)) else 1


def _served(house: House) -> AbstractAsyncContextManager[None]:
    services = house.services
    return serving(services.settings, house.health, services.metrics, services.platforms)
