"""Frequencies as bars."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.reply import File
from handlers.pictures.card import BLUE, GAP, HEADED, MARGIN, WIDTH, Card, fitted, widest

ROW, THICK = 68, 46
WORD, COUNT = 31, 29
# A word leaves room for its bar, and a bar is never so short that it is not seen.
WIDEST, SHORTEST = 0.4 * WIDTH, 4


def bars(title: str, counted: Sequence[tuple[str, int]], name: str) -> File:
    """Return a picture of words and their counts, the first at the top."""
    words = [fitted(word, WORD, WIDEST) for word, _ in counted]
    left = MARGIN + widest(words, WORD) + GAP
    room = WIDTH - MARGIN - GAP - widest((str(count) for _, count in counted), COUNT) - left
    most = max((count for _, count in counted), default=1)
    card = Card(title, HEADED + ROW * len(counted) + MARGIN)
    for row, (word, (_, count)) in enumerate(zip(words, counted, strict=True)):
        middle = HEADED + ROW * row + ROW / 2
        right = left + max(SHORTEST, room * count / most)
        card.write((left - GAP, middle), word, WORD, "rm")
        card.fill(left, middle - THICK / 2, right, middle + THICK / 2, BLUE)
        card.write((right + GAP, middle), str(count), COUNT, "lm")
    return card.file(name)
