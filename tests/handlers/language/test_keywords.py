"""Keywords equal those of jieba.analyse, to the last digit of their weights."""

from __future__ import annotations

from typing import Any

import jieba.analyse
import pytest
from jieba import posseg

from handlers.language.script.convert import DIRECTIONS, convert, is_traditional
from handlers.language.script.normalise import simplify
from handlers.language.script.pinyin import pinyin, spelt
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.own import Segmenter
from handlers.language.statistics.keywords import by_text_rank, by_tf_idf, idf_of, standard_idf
from tests.handlers.language.real import plain, simplified

TEXT = "自然语言处理是人工智能的一个重要方向，自然语言处理研究语言。"


@pytest.fixture
def analyse() -> Any:
    tfidf, rank = jieba.analyse.TFIDF(), jieba.analyse.TextRank()
    tfidf.tokenizer = plain()
    tfidf.postokenizer = rank.tokenizer = posseg.POSTokenizer(plain())
    return tfidf, rank


def test_tf_idf_equals_jieba_on_real_lines(analyse: Any) -> None:
    for line in simplified()[::3]:
        theirs = analyse[0].extract_tags(line, topK=None, withWeight=True)
        assert [(each.word, each.weight) for each in by_tf_idf(line)] == theirs


def test_tf_idf_of_some_tags_equals_jieba_on_real_lines(analyse: Any) -> None:
    for line in simplified()[::7]:
        theirs = analyse[0].extract_tags(line, topK=None, withWeight=True, allowPOS=("n", "vn"))
        assert [(each.word, each.weight) for each in by_tf_idf(line, tags=("n", "vn"))] == theirs


def test_text_rank_equals_jieba_on_real_lines(analyse: Any) -> None:
    for line in simplified()[::5]:
        theirs = analyse[1].textrank(line, topK=None, withWeight=True)
        assert [(each.word, each.weight) for each in by_text_rank(line)] == theirs


def test_the_weight_is_the_product_of_both_frequencies() -> None:
    for each in by_tf_idf(TEXT):
        assert each.weight == pytest.approx(each.tf * each.idf)
        assert each.idf == standard_idf().of(each.word)


def test_stop_words_and_own_words_count() -> None:
    assert "重要" not in [each.word for each in by_tf_idf(TEXT, stop={"重要"})]
    own = Segmenter([Word("自然语言处理", 20_000)])
    assert by_tf_idf(TEXT, segmenter=own)[0].word == "自然语言处理"


def test_what_every_document_has_tells_least() -> None:
    idf = idf_of(["今天 天气", "今天 下雨", "今天 新闻"])
    assert idf.of("今天") < idf.of("下雨") < idf.of("从未有过")


@pytest.mark.parametrize("text", ["", "   ", "的了", "!!!", "是" * 1000])
def test_a_text_without_keywords_has_none(text: str) -> None:
    assert [each.word for each in by_text_rank(text)] == []
    assert [each.word for each in by_tf_idf(text) if each.word.strip("是")] == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("重庆的银行，长大了", "chóngqìng de yínháng， zhǎngdà le"),
        ("西安", "xī'ān"),
        ("hello世界2个", "hello shìjiè2 gè"),
        ("", ""),
    ],
)
def test_words_are_read_as_words(text: str, read: str) -> None:
    assert spelt(pinyin(text)) == read


def test_tones_are_marks_numbers_or_none() -> None:
    assert [spelt(pinyin("中国", tones)) for tones in ("marks", "numbers", "none")] == [
        "zhōngguó",
        "zhong1guo2",
        "zhongguo",
    ]


def test_every_direction_converts() -> None:
    assert convert("软件里的头发", "s2twp") == "軟體裡的頭髮"
    assert convert("軟體裡的頭髮", "tw2sp") == "软件里的头发"
    assert all(convert("\ud800a", direction) == "\ufffda" for direction in DIRECTIONS)
    assert (is_traditional("軟體"), is_traditional("软件")) == (True, False)


def test_keywords_of_traditional_text_are_weighed_as_their_simplified_forms_are() -> None:
    text = "重慶的銀行和長江大橋的歷史"
    found, simplified = by_tf_idf(text), by_tf_idf(simplify(text))
    assert [each.word for each in found] == ["長江大橋", "重慶", "銀行", "歷史"]
    assert [each.weight for each in found] == [each.weight for each in simplified]
    own = idf_of([simplify(text), "別的"])
    assert by_tf_idf(text, idf=own)[0].idf == own.of("长江大桥") < own.of("没有")
