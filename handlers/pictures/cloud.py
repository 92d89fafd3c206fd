"""Frequencies as a cloud of words."""

from __future__ import annotations

import io
from collections.abc import Mapping

from wordcloud import WordCloud

from bot.model import File
from handlers.pictures.card import PAPER
from handlers.pictures.font import font

WIDTH, HEIGHT = 1080, 810
SEED = 7
COLOURS = ("#17365d", "#3b6ea8", "#2f7f73", "#8a5a2b", "#7a3b5e", "#4a4f57")


def cloud(counted: Mapping[str, int], name: str) -> File:
    """Return a picture in which a word is the larger the more often it stands in the text; the same each time."""
    words = {font().drawable(word): count for word, count in counted.items()}
    drawn = WordCloud(
        font_path=str(font().path),
        width=WIDTH,
        height=HEIGHT,
        background_color=PAPER,
        max_font_size=190,
        min_font_size=22,
        prefer_horizontal=1,
        relative_scaling=0.5,
        margin=6,
        random_state=SEED,
        color_func=lambda _word, random_state, **_: random_state.choice(COLOURS),
    ).generate_from_frequencies(words)
    buffer = io.BytesIO()
    drawn.to_image().save(buffer, format="PNG")
    return File(f"{name}.png", buffer.getvalue(), "image/png")
