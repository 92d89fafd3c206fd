"""Pictures: a font that has the characters, a card that is opaque, and nothing that is drawn as a box."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib import image
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray

from bot.domain.reply import File
from handlers.pictures.bars import ROW, bars
from handlers.pictures.card import HEADED, MARGIN
from handlers.pictures.cloud import cloud
from handlers.pictures.font import SAMPLE, UNDRAWABLE, font
from handlers.pictures.heat import heat

PAPER = np.array([0xFB, 0xFA, 0xF6]) / 255
BLUE = np.array([0x3B, 0x6E, 0xA8]) / 255


def pixels(file: File) -> NDArray[np.float64]:
    return np.asarray(image.imread(io.BytesIO(file.content), format="png"), dtype=np.float64)


def test_the_font_has_both_scripts() -> None:
    assert all(map(font().has, SAMPLE))
    assert font().path.exists()


def test_characters_that_the_font_has_not_become_dots_and_never_boxes() -> None:
    assert font().drawable("词😀频\u0e01") == f"词{UNDRAWABLE}频{UNDRAWABLE}"
    assert font().has(UNDRAWABLE)


def test_a_font_has_what_its_table_of_characters_has() -> None:
    its = FT2Font(str(font().path)).get_charmap()
    sample = [*map(chr, [*range(0x21, 0x7F), *range(0x4E00, 0x9FFF, 97), *range(0xE01, 0xE10), 0x1F600, 0x20000])]
    assert [each for each in sample if font().has(each) != (ord(each) in its)] == []


def test_a_bar_is_as_long_as_its_count() -> None:
    drawn = pixels(bars("词频", [("一", 30), ("二", 10)], "frequency"))
    blue = np.abs(drawn[..., :3] - BLUE).max(axis=2) < 0.01
    first, second = (int(blue[row].sum()) for row in (HEADED + ROW // 2, HEADED + ROW + ROW // 2))
    assert first == pytest.approx(3 * second, abs=3)


def test_long_words_leave_room_for_their_bars_and_a_title_for_its_end() -> None:
    drawn = pixels(bars("词频" * 60, [("很长" * 30, 2), ("internationalization" * 3, 1)], "frequency"))
    assert drawn[:, -MARGIN // 2 :, :3] == pytest.approx(np.broadcast_to(PAPER, (drawn.shape[0], 13, 3)), abs=0.01)


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
