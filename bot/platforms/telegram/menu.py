"""The menu of commands that Telegram shows behind "/", in Chinese and English; written only when it changed."""

from __future__ import annotations

import re

import structlog
import telegram
from telegram.constants import BotCommandLimit

from bot.domain.command import Commands

NAME = re.compile(rf"[a-z0-9_]{{1,{int(BotCommandLimit.MAX_COMMAND)}}}")
log = structlog.get_logger(__name__)


def menus(commands: Commands, language: str) -> dict[str, tuple[telegram.BotCommand, ...]]:
    """Return the menu for each language code of Telegram's; the one for all others is in the bot's `language`."""
    chinese = language if language.startswith("zh") else "zh-CN"
    return {"": _menu(commands, language), "zh": _menu(commands, chinese), "en": _menu(commands, "en")}


async def publish(bot: telegram.Bot, commands: Commands, language: str) -> None:
    """Make the bot's menus what they should be. A failure is logged: the bot answers without them."""
    try:
        for code, wanted in menus(commands, language).items():
            if await bot.get_my_commands(language_code=code or None) != wanted:
                await bot.set_my_commands(wanted, language_code=code or None)
    except Exception as error:  # noqa: BLE001 — a menu that cannot be set must not end the listening
        log.warning("telegram's menu of commands stays as it was", reason=type(error).__name__)


def _menu(commands: Commands, language: str) -> tuple[telegram.BotCommand, ...]:
    longest, most = int(BotCommandLimit.MAX_DESCRIPTION), int(BotCommandLimit.MAX_COMMAND_NUMBER)
    known = [each for each in commands.values() if NAME.fullmatch(each.name)]
    return tuple(telegram.BotCommand(each.name, each.help[language][:longest]) for each in known[:most])
