"""Tags equal those of jieba.posseg; Traditional text has those of its Simplified characters."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jieba import posseg

from handlers.language.script.normalise import simplify
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.lexicon import data
from handlers.language.segmentation.own import Segmenter
from handlers.language.tagging.hidden_markov import model
from handlers.language.tagging.tag import tag, tag_of
from handlers.language.tagging.tagset import TABLE, explain
from tests.handlers.language.real import plain, reference, simplified

ODD = st.sampled_from(
    [*"aB1 2魡的一是研究生命.-_+#&%，\n\r\u3000㐀𠀀龥鿕鿖é對嗎錢", "T恤", "C++", "邓颖超", "apt-get", "5.0%"]
)


@pytest.fixture
def jieba() -> Any:
    return posseg.POSTokenizer(plain())


@pytest.mark.parametrize("hmm", [True, False])
def test_tags_equal_jieba_on_real_chinese_lines(jieba: Any, hmm: bool) -> None:  # noqa: FBT001 — a parameter of the test
    chinese = [line for line in simplified()[:: 2 if hmm else 1] if not line.isascii()]
    assert [line for line in chinese if tag(line, hmm=hmm) != [tuple(it) for it in jieba.cut(line, HMM=hmm)]] == []


@settings(deadline=None)  # jieba itself takes long over characters that it has never seen
@given(st.lists(ODD, max_size=12).map("".join), st.booleans())
def test_odd_texts_are_tagged_as_jieba_tags_them(text: str, hmm: bool) -> None:  # noqa: FBT001 — drawn by hypothesis
    posseg.dt.tokenizer.FREQ, posseg.dt.tokenizer.total = plain().FREQ, plain().total
    posseg.dt.tokenizer.initialized = True
    text = simplify(text)
    assert tag(text, hmm=hmm) == [tuple(each) for each in posseg.dt.cut(text, HMM=hmm)]


def test_traditional_text_has_the_tags_of_its_simplified_characters() -> None:
    text = "請問重慶的銀行長大了嗎，頭髮呢"
    found = tag(text)
    assert "".join(word for word, _ in found) == text
    assert [its_tag for _, its_tag in found] == [its_tag for _, its_tag in tag(simplify(text))]
    assert ("頭髮", "n") in found


def test_words_of_ones_own_have_their_own_tags() -> None:
    words = [Word("拾页", 2000, "nz"), Word("研究", 40_000, "vx")]
    theirs = posseg.POSTokenizer(reference(words)).cut("我在拾页研究生命")
    assert tag("我在拾页研究生命", segmenter=Segmenter(words)) == [tuple(each) for each in theirs]


def test_every_word_of_the_dictionary_has_its_tag() -> None:
    entries = [line.split() for line in data("dict.txt").read_text("utf-8").splitlines()[::50]]
    assert [word for word, _, its_tag in entries if tag_of(word) != its_tag] == []


def test_every_tag_that_can_come_up_is_explained() -> None:
    of_words = {line.split()[2] for line in data("dict.txt").read_text("utf-8").splitlines()}
    of_model = {its_tag for _, its_tag in model().states}
    assert [its_tag for its_tag in sorted(of_words | of_model | {"eng", "x"}) if explain(its_tag) is None] == []


def test_the_table_goes_from_adjectival_morpheme_to_modal_particle() -> None:
    assert explain("Ag") == TABLE[0]
    assert (TABLE[0].zh, explain("y").zh) == ("形语素", "语气词")  # type: ignore[union-attr]  # the comparison fails on None
    assert len({each.tag for each in TABLE}) == len(TABLE)
    assert explain("qqqq") is None


def test_a_hostile_message_takes_no_second_of_processor_time() -> None:
    tag("暖")
    start = time.process_time()
    tag("的一是" * 1365)
    assert time.process_time() - start < 2
