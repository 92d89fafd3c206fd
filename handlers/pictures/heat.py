"""Weights of words in documents as a heat map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from bot.model import File
from handlers.pictures.bars import shortened
from handlers.pictures.card import BLUE, INK, PAPER, card, lettering, png
from handlers.pictures.font import font

DARK, FEW = 0.55, 8


def heat(title: str, words: Sequence[str], documents: Sequence[str], weights: NDArray[np.float64], name: str) -> File:
    """Return a picture with a row for each word and a column for each document: the darker, the more telling."""
    figure, axes = card(title, 2.0 + 0.4 * len(words))
    colours = LinearSegmentedColormap.from_list("paper", ["#eeece4", "#9dbfdf", BLUE, "#17365d"])
    axes.imshow(weights, cmap=colours, vmin=0, vmax=max(1e-9, float(weights.max())), aspect="auto")
    axes.set_yticks(range(len(words)), [font().drawable(shortened(word)) for word in words])
    axes.set_xticks(range(len(documents)), [font().drawable(each) for each in documents])
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(lettering(14))
    axes.set_xticks(np.arange(1, len(documents)) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, len(words)) - 0.5, minor=True)
    axes.grid(which="minor", color=PAPER, linewidth=3)
    axes.tick_params(which="both", length=0)
    if len(documents) <= FEW:
        _write(axes, weights)
    return png(figure, name)


def _write(axes: object, weights: NDArray[np.float64]) -> None:
    """Write the weights into their fields, light on dark."""
    most = max(1e-9, float(weights.max()))
    for row, column in zip(*np.nonzero(weights), strict=True):
        weight = float(weights[row, column])
        colour = PAPER if weight > DARK * most else INK
        place = {"ha": "center", "va": "center", "color": colour, "fontproperties": lettering(12)}
        axes.text(column, row, f"{weight:.2f}", **place)  # type: ignore[attr-defined]  # axes have
