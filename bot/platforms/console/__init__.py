"""The terminal as a platform: begin reading in `platform.py`. Only `python -m bot chat` makes one."""

from __future__ import annotations

from bot.config.catalogue import Catalogue
from bot.config.settings import Settings
from bot.contract import Platform
from bot.domain.command import Commands


def build(_settings: Settings, _texts: Catalogue, _commands: Commands) -> Platform | None:
    """Return None: a bot that runs on its own has no terminal to talk in."""
    return None
