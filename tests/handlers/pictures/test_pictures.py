"""Pictures: a font that has the characters, a card that is opaque, and nothing that is drawn as a box."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib import image
from numpy.typing import NDArray

from bot.model import File
from handlers.pictures.bars import bars
from handlers.pictures.cloud import cloud
from handlers.pictures.font import SAMPLE, UNDRAWABLE, font
from handlers.pictures.heat import heat

PAPER = np.array([0xFB, 0xFA, 0xF6]) / 255


def pixels(file: File) -> NDArray[np.float64]:
    return np.asarray(image.imread(io.BytesIO(file.content), format="png"), dtype=np.float64)


def test_the_font_has_both_scripts() -> None:
    assert set(map(ord, SAMPLE)) <= font().characters
    assert font().path.exists()


def test_characters_that_the_font_has_not_become_dots_and_never_boxes() -> None:
    assert font().drawable("词😀频\u0e01") == f"词{UNDRAWABLE}频{UNDRAWABLE}"
    assert ord(UNDRAWABLE) in font().characters


@pytest.mark.parametrize("words", [[("词", 3)], [("很长" * 30, 2), ("😀", 1)], [(f"词{n}", 30 - n) for n in range(20)]])
def test_bars_are_on_an_opaque_card_as_wide_as_a_phone(words: list[tuple[str, int]]) -> None:
    drawn = pixels(bars("词频 ✓ 😀", words, "frequency"))
    assert drawn.shape[1] == 1080
    assert drawn[0, 0, :3] == pytest.approx(PAPER, abs=0.01)
    assert drawn.shape[2] == 3 or drawn[..., 3].min() == 1


def test_a_heat_map_is_darker_where_a_word_tells_more() -> None:
    drawn = pixels(heat("TF-IDF", ["一", "二"], ["1", "2"], np.array([[1.0, 0.0], [0.0, 0.5]]), "tfidf"))
    assert drawn[..., :3].min() < 0.3
    assert drawn[0, 0, :3] == pytest.approx(PAPER, abs=0.01)


def test_a_heat_map_of_nothing_is_still_a_picture() -> None:
    assert pixels(heat("TF-IDF", ["一"], ["1"], np.zeros((1, 1)), "tfidf")).shape[1] == 1080


def test_a_cloud_is_the_same_each_time() -> None:
    words = {"公园": 5, "park": 3, "😀": 1}
    assert cloud(words, "c").content == cloud(words, "c").content
