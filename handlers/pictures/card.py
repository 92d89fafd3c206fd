"""The card that every picture is on: opaque, so that it reads on dark and on light, and large enough for a phone."""

from __future__ import annotations

import io

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine

from bot.model import File
from handlers.pictures.font import font

PAPER, INK, FAINT, BLUE = "#fbfaf6", "#22262b", "#8a9099", "#3b6ea8"
DOTS = 150
WIDTH = 7.2  # inches: 1080 pixels, which a phone shows edge to edge
MARGIN = 0.35


def lettering(size: float) -> FontProperties:
    """Return the lettering in a size (points; 12 are about as large as a phone's own text)."""
    return FontProperties(fname=str(font().path), size=size)


def card(title: str, height: float) -> tuple[Figure, Axes]:
    """Return a figure of so many inches in height with its title, and the axes to draw on."""
    layout = ConstrainedLayoutEngine(w_pad=MARGIN / 2, h_pad=MARGIN / 2)
    figure = Figure(figsize=(WIDTH, height), dpi=DOTS, facecolor=PAPER, layout=layout)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_facecolor(PAPER)
    axes.set_title(font().drawable(title), fontproperties=lettering(17), color=INK, loc="left", pad=14)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, colors=INK)
    return figure, axes


def png(figure: Figure, name: str) -> File:
    """Return the figure as a file of an answer."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=PAPER)
    return File(f"{name}.png", buffer.getvalue(), "image/png")
