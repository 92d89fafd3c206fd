"""Terms, frequencies, TF-IDF and encodings."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.language.statistics.encodings import codes, integers, one_hot
from handlers.language.statistics.terms import frequencies, sentences, telling, terms
from handlers.language.statistics.tfidf import matrix

WORDS = st.lists(st.sampled_from(["一", "二", "三", "four"]), max_size=12)


def test_terms_are_words_in_lower_case_without_punctuation() -> None:
    assert terms("The API，真的_很 好！") == ["the", "api", "真的", "很", "好"]


def test_traditional_text_is_cut_as_well_as_simplified_and_stays_traditional() -> None:
    assert terms("我們在乾淨的資料庫裡儲存軟體設定") == [
        "我們",
        "在",
        "乾淨",
        "的",
        "資料庫",
        "裡",
        "儲存",
        "軟體",
        "設定",
    ]


@given(st.text(alphabet="体體们們的了AB_ ，ß"))
def test_terms_stand_in_the_text_in_their_order(text: str) -> None:
    rest = text.casefold()
    for term in terms(text):
        _, found, rest = rest.partition(term)
        assert found


def test_function_words_and_numbers_tell_nothing_in_either_script_and_language() -> None:
    assert telling("這是我們的公園，and this is the park 2024") == ["公園", "park"]


def test_words_are_counted_over_all_texts() -> None:
    assert frequencies(["苹果和香蕉", "苹果"]).most_common() == [("苹果", 2), ("香蕉", 1)]


def test_sentences_end_where_they_end_in_both_languages() -> None:
    assert sentences("你好。吃饭了吗？Version 2.0 is out. Good!") == [
        ["你好"], ["吃饭", "了", "吗"], ["version", "2.0", "is", "out"], ["good"],
    ]  # fmt: skip


def test_tfidf_is_the_formula_of_its_docstring() -> None:
    found = matrix(["苹果 苹果 香蕉", "苹果 橘子"])
    both, one = math.log(3 / 3) + 1, math.log(3 / 2) + 1
    expected = np.array([2 * both, one]) / math.hypot(2 * both, one)
    assert dict(found.top(0, 9)) == pytest.approx({"苹果": expected[0], "香蕉": expected[1]})


def test_each_documents_most_telling_word_is_shown_first() -> None:
    found = matrix(["苹果 苹果 好吃", "香蕉 香蕉 好吃", "橘子 橘子 好吃"])
    assert {found.words[column] for column in found.columns(3)} == {"苹果", "香蕉", "橘子"}


def test_documents_without_words_are_refused() -> None:
    with pytest.raises(ValueError):
        matrix(["……", "的 了"])


@given(WORDS)
def test_codes_are_numbered_in_order_and_one_hot_vectors_have_one_one(words: list[str]) -> None:
    numbers = integers(words)
    assert list(codes(words).values()) == list(range(len(set(words))))
    assert [vector.index(1) for vector in one_hot(words)] == numbers
    assert all(sum(vector) == 1 for vector in one_hot(words))
