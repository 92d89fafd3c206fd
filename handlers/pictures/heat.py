"""Weights of words in documents as a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import ImageColor

from bot.domain.reply import File
from handlers.pictures.card import GAP, HEADED, INK, MARGIN, PAPER, WIDTH, Card, fitted, widest

ROW, BETWEEN = 68, 6
WORD, NUMBER, WEIGHT = 31, 29, 25
FOOT = 56
WIDEST = 0.4 * WIDTH
DARK, FEW = 0.55, 8
COLOURS = ("#eeece4", "#9dbfdf", "#3b6ea8", "#17365d")


def heat(title: str, words: Sequence[str], documents: Sequence[str], weights: NDArray[np.float64], name: str) -> File:
    """Return a picture with a row for each word and a column for each document: the darker, the more telling."""
    shown = [fitted(word, WORD, WIDEST) for word in words]
    left = MARGIN + widest(shown, WORD) + GAP
    column = (WIDTH - MARGIN - left) / max(1, len(documents))
    card = Card(title, HEADED + ROW * len(words) + FOOT + MARGIN)
    shares = weights / max(1e-9, float(weights.max()))
    for row, word in enumerate(shown):
        top = HEADED + ROW * row
        card.write((left - GAP, top + (ROW - BETWEEN) / 2), word, WORD, "rm")
        for place, share in enumerate(shares[row]):
            right = left + column * (place + 1)
            card.fill(right - column, top, right - BETWEEN, top + ROW - BETWEEN, _colour(float(share)))
            if share > 0 and len(documents) <= FEW:
                middle = (right - (column + BETWEEN) / 2, top + (ROW - BETWEEN) / 2)
                card.write(middle, f"{weights[row, place]:.2f}", WEIGHT, "mm", PAPER if share > DARK else INK)
    for place, document in enumerate(documents):
        middle = (left + column * (place + 0.5) - BETWEEN / 2, HEADED + ROW * len(words) + FOOT / 2)
        card.write(middle, fitted(document, NUMBER, column), NUMBER, "mm")
    return card.file(name)


def _colour(share: float) -> tuple[int, int, int]:
    """Return the colour between paper and the darkest blue."""
    place = min(share, 1.0) * (len(COLOURS) - 1)
    step = min(int(place), len(COLOURS) - 2)
    light, dark = [(ImageColor.getrgb(one), ImageColor.getrgb(other)) for one, other in pairwise(COLOURS)][step]
    red, green, blue = (round(one + (other - one) * (place - step)) for one, other in zip(light, dark, strict=True))
    return red, green, blue
