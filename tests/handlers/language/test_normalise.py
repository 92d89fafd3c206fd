"""Folding: what it makes equal, that twice is once, and that every place can be found again."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.language.script.normalise import fold, written

MARKS = "".join(map(chr, range(0x300, 0x330)))
ODD = st.sampled_from(
    [
        "價格",
        "ＡＰＩ",
        "ﬁ",
        "ß",
        "İ",
        "ｶﾞ",
        "각",
        "é",
        "👨‍👩‍👧",
        "🇨🇳",
        "❤️",
        "\ud83d",
        "\ude00",
        "\u200b",
        "\u3000",
        "\x00",
    ]
)
TEXTS = st.lists(st.one_of(ODD, st.text(max_size=5), st.text(MARKS, max_size=9)), max_size=8).map("".join)
ANY = st.one_of(TEXTS, st.text(st.characters(categories=["L", "M", "N", "P", "S", "Z", "C", "Cs"])))


@given(ANY)
@example("e" + MARKS)
@example("\ud800")
@example("ǰ" + MARKS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY)
def test_a_folded_text_can_be_encoded_and_has_no_blanks_to_spare(text: str) -> None:
    folded = fold(text)
    folded.encode()
    assert folded == " ".join(folded.split())


@pytest.mark.parametrize(
    ("one", "other"),
    [("價格", "价格"), ("ＡＰＩ", "api"), ("ok\u200bay", "OKAY"), ("a\u3000 b", "a b"), ("ｶﾞ", "ガ"), ("ﬁx", "fix")],
)
def test_what_means_the_same_to_a_reader_folds_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_words_stay_different() -> None:
    assert len({fold(each) for each in ("价格", "价值", "api", "apis", "café", "cafe", "", "。")}) == 8


@given(TEXTS, st.data())
def test_what_was_written_folds_to_where_it_was_found(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    end = data.draw(st.integers(start, len(folded)))
    part = written(text, start, end)
    assert part in text or part == folded[start:end]


@pytest.mark.parametrize(
    ("text", "found", "part"),
    [
        ("請問價格是多少", "价格", "價格"),
        ("用ＡＰＩ吗", "api", "ＡＰＩ"),
        ("  Hello   World ", "hello world", "Hello   World"),
        ("Straße 5", "strasse", "Straße"),
        ("co\u200bol", "cool", "co\u200bol"),
        ("Cafe\u0301!", "café", "Cafe\u0301"),
        ("👨‍👩‍👧 Hi", "hi", "Hi"),
    ],
)
def test_the_part_a_person_wrote_is_given_back_as_they_wrote_it(text: str, found: str, part: str) -> None:
    start = fold(text).index(found)
    assert written(text, start, start + len(found)) == part


def test_a_text_too_long_to_trace_gives_the_folded_part() -> None:
    text = "Ａ" * 100_000
    assert written(text, 5, 8) == "aaa"
