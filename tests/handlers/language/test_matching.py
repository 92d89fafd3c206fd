"""The classic algorithms: their laws, and the examples of the textbooks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.language.segmentation.ambiguity import ambiguous
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.lexicon import Lexicon, standard
from handlers.language.segmentation.matching import METHODS, backward, bidirectional, forward, graph
from tests.handlers.language.real import lines, plain

NOTHING = Lexicon(dict[str, int](), 0, 1)
SMALL = NOTHING.with_words(Word(word, 10) for word in ("一", "二", "一二", "二一", "一二一", "二二二", "c++"))
TEXTS = st.text(alphabet="一二三ab+ ，\n", max_size=30)


@pytest.mark.parametrize("name", METHODS)
@given(text=TEXTS)
def test_the_words_joined_are_the_text(name: str, text: str) -> None:
    assert "".join(METHODS[name](text, SMALL)) == text


@pytest.mark.parametrize("name", METHODS)
@given(text=TEXTS)
def test_every_word_is_in_the_dictionary_or_cannot_be_cut(name: str, text: str) -> None:
    words = METHODS[name](text, SMALL)
    assert all(SMALL.is_word(word) or len(word) == 1 or (word.isalnum() and word.isascii()) for word in words)


@given(TEXTS)
def test_forward_takes_the_longest_word_each_time(text: str) -> None:
    at = 0
    for word in forward(text, SMALL):
        longer = (text[at:end] for end in range(at + len(word) + 1, len(text) + 1))
        assert word.isascii() or not any(SMALL.is_word(each) for each in longer)
        at += len(word)


@given(TEXTS)
def test_backward_is_forward_seen_from_the_other_end(text: str) -> None:
    mirrored = NOTHING.with_words(Word(word[::-1], 10) for word in SMALL.tags if "+" not in word)
    plain_words = NOTHING.with_words(Word(word, 10) for word in SMALL.tags if "+" not in word)
    text = text.replace("\n", " ")
    assert backward(text, plain_words) == [word[::-1] for word in reversed(forward(text[::-1], mirrored))]


@given(st.text(alphabet="一二三", max_size=12))
def test_the_bidirectional_choice_has_the_fewest_words_of_both(text: str) -> None:
    both = forward(text, SMALL), backward(text, SMALL)
    assert len(bidirectional(text, SMALL)) == min(map(len, both))


def test_the_best_path_equals_jieba_without_hmm_on_every_real_line() -> None:
    lexicon, jieba = standard(), plain()
    assert [line for line in lines() if graph(line, lexicon) != jieba.lcut(line, HMM=False)] == []


@pytest.mark.parametrize(
    ("text", "forwards", "backwards", "best"),
    [
        ("研究生命起源", "研究生 命 起源", "研究 生命 起源", "研究 生命 起源"),
        ("乒乓球拍卖完了", "乒乓球拍 卖完 了", "乒乓球拍 卖完 了", "乒乓球 拍卖 完 了"),
        ("下雨天留客天留我不留", *["下雨天 留客 天 留 我 不留"] * 3),
        ("结婚的和尚未结婚的", "结婚 的 和尚 未结 婚 的", *["结婚 的 和 尚未 结婚 的"] * 2),
    ],
)
def test_the_textbook_examples_part_ways(text: str, forwards: str, backwards: str, best: str) -> None:
    found = [" ".join(method(text, standard())) for method in (forward, backward, graph)]
    assert found == [forwards, backwards, best]


@pytest.mark.parametrize(
    ("text", "kind", "part", "readings"),
    [
        ("研究生命起源", "crossing", "研究生命", ["研究生 命", "研究 生命"]),
        ("乒乓球拍卖完了", "crossing", "乒乓球拍卖完", ["乒乓球拍 卖完", "乒乓球 拍卖 完"]),
        ("他的才能", "combination", "才能", ["才能", "才 能"]),
        ("下雨天来", "combination", "下雨天", ["下雨天", "下雨 天"]),
    ],
)
def test_ambiguous_stretches_are_marked_by_their_kind(text: str, kind: str, part: str, readings: list[str]) -> None:
    [found] = ambiguous(text, standard())
    assert (found.kind, text[found.start : found.end]) == (kind, part)
    assert [" ".join(each) for each in found.readings] == readings


@given(st.text(alphabet="一二三a ，", max_size=40))
def test_ambiguous_stretches_follow_each_other(text: str) -> None:
    edges = [edge for each in ambiguous(text, SMALL) for edge in (each.start, each.end)]
    assert edges == sorted(edges)
    assert all(
        "".join(reading) == text[each.start : each.end] for each in ambiguous(text, SMALL) for reading in each.readings
    )


def test_a_text_without_other_ways_has_no_ambiguity() -> None:
    assert ambiguous("北京，hello!", standard()) == ()


@pytest.mark.parametrize("name", METHODS)
def test_twice_the_text_takes_about_twice_the_words(name: str) -> None:
    once = METHODS[name]("的一是，" * 500, standard())
    assert METHODS[name]("的一是，" * 1000, standard()) == once * 2
