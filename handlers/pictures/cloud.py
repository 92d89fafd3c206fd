"""Frequencies as a cloud of words."""

from __future__ import annotations

from collections.abc import Mapping

from wordcloud import WordCloud

from bot.domain.reply import File
from handlers.pictures.card import PAPER, png
from handlers.pictures.font import font

# Places are sought on a card of a ninth of its area, in a ninth of the time: words stand three pixels apart, then.
WIDTH, HEIGHT, SCALE = 360, 270, 3
# More words are too small to read on a phone.
MOST = 80
SEED = 7
COLOURS = ("#17365d", "#3b6ea8", "#2f7f73", "#8a5a2b", "#7a3b5e", "#4a4f57")


def cloud(counted: Mapping[str, int], name: str) -> File:
    """Return a picture in which a word is the larger the more often it stands in the text; the same each time."""
    words = {font().drawable(word): count for word, count in counted.items()}
    drawn = WordCloud(
        font_path=str(font().path),
        width=WIDTH,
        height=HEIGHT,
        scale=SCALE,
        background_color=PAPER,
        max_words=MOST,
        max_font_size=63,
        min_font_size=7,
        prefer_horizontal=1,
        relative_scaling=0.5,
        margin=2,
        random_state=SEED,
        color_func=lambda _word, random_state, **_: random_state.choice(COLOURS),
    ).generate_from_frequencies(words)
    return png(drawn.to_image(), name)
