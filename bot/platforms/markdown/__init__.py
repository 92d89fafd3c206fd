"""The model's Markdown into what a platform shows."""

from bot.platforms.markdown.discord import escape_discord, to_discord
from bot.platforms.markdown.telegram import Entity, to_telegram, utf16_length

__all__ = ["Entity", "escape_discord", "to_discord", "to_telegram", "utf16_length"]
