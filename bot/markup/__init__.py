"""The model's Markdown into what a platform shows, and where a long text may be cut."""

from bot.markup.discord import escape_discord, to_discord
from bot.markup.split import Cut, Fence, Place, cuts, open_fence, page_at, pages
from bot.markup.telegram import Entity, to_telegram, utf16_length

__all__ = [
    "Cut", "Entity", "Fence", "Place", "cuts", "escape_discord", "open_fence", "page_at", "pages", "to_discord",
    "to_telegram", "utf16_length",
]  # fmt: skip
