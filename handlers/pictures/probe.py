"""Whether pictures can be drawn here, and in which font (`python -m bot check`)."""

from __future__ import annotations

import asyncio

from bot.config.catalogue import Catalogue
from bot.config.settings import Settings
from bot.contract import Prober
from bot.domain.errors import Apology
from handlers.commands.shared.laboratory import installed


class Pictures:
    """Looks for a font with Chinese characters."""

    def __init__(self, language: str, texts: Catalogue) -> None:
        self._language = language
        self._texts = texts

    async def probe(self) -> str:
        """Return the font's name, or that the extra is not installed, which is a choice and not a fault.

        Raises:
            Apology: There is no font; the sentence says how to get one.
        """
        try:
            name = await asyncio.to_thread(installed, _font)
        except Apology as apology:
            if apology.key != "laboratory.missing":
                raise
            return self._texts.say(self._language, apology.key, **apology.values)
        return self._texts.say(self._language, "laboratory.font_ready", name=name)


def build(settings: Settings, texts: Catalogue) -> Prober:
    """Return what can be asked."""
    return Pictures(settings.default_language, texts)


def _font() -> str:
    from handlers.pictures.font import font  # noqa: PLC0415 — an extra

    found = font()
    return f"{found.name} ({found.path})"
