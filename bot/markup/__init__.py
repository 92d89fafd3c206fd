"""The model's Markdown into what a platform shows, and where a long text may be cut."""

from bot.markup.split import Cut, Fence, Place, cuts, open_fence, page_at, pages

__all__ = ["Cut", "Fence", "Place", "cuts", "open_fence", "page_at", "pages"]
