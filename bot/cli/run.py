"""`run`: be on every platform that has a token."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog

from bot import discovery
from bot.app import House, live
from bot.cli.crew import CHILD, USAGE_ERROR, Crew, end_with_parent
from bot.config.content_files import ContentError
from bot.config.settings import Settings, SettingsError, read_settings
from bot.runtime.http import serving
from bot.runtime.shutdown import told_to_end
from bot.storage.embedded import open_store
from bot.storage.store import StoreError
from bot.telemetry import logging

MOST = 64
NOWHERE = (
    "no platform has a token: set TELEGRAM_TOKEN (from @BotFather) or DISCORD_TOKEN (from Discord's developer portal) "
    "in the environment or in .env; to try the bot without either, use: python -m bot chat"
)


# Seconds beyond the grace period that a child has to close everything in.
CLOSING = 15.0


def add(verbs: Any) -> None:
    """Describe the verb."""
    verb = verbs.add_parser("run", help="run the bot on every platform that has a token")
    verb.add_argument(
        "--replicas", type=_number, default=1, metavar="N", help="as N processes on this machine that share one Redis"
    )
    verb.add_argument(CHILD, action="store_true", help=argparse.SUPPRESS)
    verb.set_defaults(run=run)


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST} is expected, not {text!r}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Run until told to stop. Return 0, 1 when no platform could be listened to, or 2 when it cannot be run.

    Raises:
        SettingsError, StoreError, ContentError: It cannot be run. Where nobody sits at a terminal, this is logged
            instead, like everything else.
    """
    if arguments.child:
        end_with_parent()
    logging.configure("INFO")
    try:
        return _run(arguments.replicas)
    except (SettingsError, StoreError, ContentError) as error:
        if sys.stderr.isatty():
            raise
        structlog.get_logger(__name__).critical("the bot cannot be run", reason=str(error))
        return USAGE_ERROR


def _run(replicas: int) -> int:
    settings = read_settings()
    if not (settings.telegram_token or settings.discord_token):
        raise SettingsError(NOWHERE)
    logging.configure(settings.log_level, settings.secrets)
    if replicas > 1:
        return asyncio.run(_run_several(settings, replicas))
    return 0 if asyncio.run(live(settings, discovery.platforms, _served)) else 1


def _served(house: House) -> AbstractAsyncContextManager[None]:
    services = house.services
    return serving(services.settings, house.health, services.metrics, services.platforms)


async def _run_several(settings: Settings, replicas: int) -> int:
    """Hold the store, which may be this process's own, and let children answer, until told to end."""
    with told_to_end() as ending:
        try:
            async with open_store(settings) as store:
                ending.opened()
                grace = settings.grace + CLOSING
                return await Crew(replicas, store.url, grace, ending.stop, settings.http_port).run()
        except asyncio.CancelledError:
            if not ending.early:
                raise
            return 0
