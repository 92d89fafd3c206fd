"""The language of whoever is at the terminal."""

from __future__ import annotations

import os

from bot.config.language import language_of

NEUTRAL = ("", "C", "POSIX")


def locale_tag() -> str:
    """Return the BCP 47 tag of the terminal's locale (`zh-CN`), or nothing where it names no language."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    tag = named.partition(".")[0].partition("@")[0]
    return "" if tag in NEUTRAL else tag.replace("_", "-")


def owner_language(default: str) -> str:
    """Return the catalogue language to speak to the owner in."""
    return language_of(locale_tag(), "", default)
