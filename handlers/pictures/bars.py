"""Frequencies as bars."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import File
from handlers.pictures.card import BLUE, INK, card, lettering, png
from handlers.pictures.font import font

LONGEST, FEWEST = 14, 2


def bars(title: str, counted: Sequence[tuple[str, int]], name: str) -> File:
    """Return a picture of words and their counts, the first at the top."""
    words = [font().drawable(shortened(word)) for word, _ in counted]
    counts = [count for _, count in counted]
    rows = max(len(counted), FEWEST)  # a few bars are no wider than many
    figure, axes = card(title, 1.5 + 0.42 * rows)
    places = range(len(counted))
    drawn = axes.barh(places, counts, color=BLUE, height=0.68)
    axes.bar_label(drawn, padding=6, fontproperties=lettering(14), color=INK)
    axes.set_yticks(places, words, fontproperties=lettering(15))
    axes.set_xticks([])
    axes.set_ylim(rows - 0.5, -0.5)
    axes.margins(x=0.12)
    return png(figure, name)


def shortened(word: str) -> str:
    """Return a word that leaves room for its bar."""
    return word if len(word) <= LONGEST else f"{word[: LONGEST - 1]}…"
