"""The n-gram language model: its laws, and figures worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.language.statistics.ngrams import ORDERS, LanguageModel, learn

WORDS = st.sampled_from(list("abcd"))
CORPORA = st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=8)
SAID = [["我", "爱", "北京"], ["我", "爱", "你"], ["你", "爱", "我"], ["他", "去", "北京"]]


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return learn(SAID)


@given(CORPORA, st.lists(st.sampled_from([*"abcdz", "<s>"]), max_size=3), st.sampled_from(ORDERS))
def test_probabilities_add_up_to_one_whatever_stands_before(corpus: list[list[str]], before: list[str], n: int) -> None:
    model = learn(corpus)
    total = sum(model.probability(word, before, n) for word in model.words if word != "<s>")
    assert total == pytest.approx(1)


@given(CORPORA, st.lists(st.sampled_from("abcdz"), max_size=8), st.sampled_from(ORDERS))
def test_no_sentence_is_impossible(corpus: list[list[str]], sentence: list[str], n: int) -> None:
    judged = learn(corpus).judge(sentence, n)
    assert all(0 < each <= 1 for each in judged.probabilities)
    assert len(judged.words) == len(sentence) + 1


def test_a_unigram_is_its_discounted_share_and_a_part_of_what_was_taken_off(model: LanguageModel) -> None:
    # 16 words with the 4 ends; counts: 我3 爱3 北京2 你2 他1 去1 </s>4; n1 = 2, n2 = 2: discount 2 / (2 + 4) = 1/3.
    discount, total, kinds, vocabulary = 1 / 3, 16, 7, 8
    spread = discount * kinds / total / vocabulary
    assert model.probability("北京", order=1) == pytest.approx((2 - discount) / total + spread)
    assert model.probability("zebra", order=1) == pytest.approx(spread)


def test_what_a_word_follows_counts_not_how_often_it_stands() -> None:
    corpus = [["san", "francisco"]] * 9 + [["a", "glass"], ["the", "glass"], ["my", "glass"], ["one", "cup"]]
    model = learn(corpus)
    assert model.probability("francisco", order=1) > model.probability("glass", order=1)
    assert model.probability("francisco", ["new"], 2) < model.probability("glass", ["new"], 2)


def test_what_was_said_is_likelier_than_the_same_words_in_disorder(model: LanguageModel) -> None:
    for n in (2, 3):
        assert model.judge(["我", "爱", "北京"], n).perplexity < model.judge(["北京", "爱", "我"], n).perplexity
    one, other = model.judge(["我", "爱", "北京"], 1), model.judge(["北京", "爱", "我"], 1)
    assert one.perplexity == pytest.approx(other.perplexity)


def test_the_least_likely_spot_is_found(model: LanguageModel) -> None:
    judged = model.judge(["我", "斑马", "北京"])
    assert judged.words[judged.unlikeliest] == "斑马"
    assert not model.knows("斑马")
    assert model.knows("北京")
    assert not model.knows("<unk>")


def test_perplexity_is_the_inverse_of_the_mean_probability(model: LanguageModel) -> None:
    judged = model.judge(["我", "爱"])
    assert judged.perplexity == pytest.approx(10 ** (-judged.log10 / 3))


@pytest.mark.parametrize("corpus", [[], [[]], [[], []]])
def test_nothing_cannot_be_learnt_from(corpus: list[list[str]]) -> None:
    with pytest.raises(ValueError, match="no words"):
        learn(corpus)
