"""What a group says to one another is left alone, unless it is a question that the example FAQ answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.faq.engine.faq import Faq
from handlers.faq.engine.request import asks
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.load import load
from handlers.language.script.normalise import fold
from handlers.language.segmentation.dictionary import load as read_dictionary
from handlers.language.segmentation.dictionary import segmenter
from tests.handlers.faq.overheard import NOTHING, QUESTIONS, REMARKS

CONTENT = Path(__file__).parents[3] / "deploy" / "content"
# Of the questions so many are near enough to be said unasked; the others are answered who asks the bot.
NEAR_ENOUGH = 46


@pytest.fixture(scope="module")
def faq() -> Faq:
    words = segmenter(read_dictionary(CONTENT / "dictionary.txt"))
    return Faq.build(load(CONTENT / "faq.yaml"), cut=words.cut_for_search)


def said_unasked(faq: Faq, text: str) -> str | None:
    ranking = faq.ask(text)
    return ranking.candidates[0].entry.id if faq.silence(text, ranking) is None else None


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_not_for_the_bot_is_left_alone(faq: Faq, text: str) -> None:
    assert said_unasked(faq, text) is None


def test_a_question_of_the_faq_is_answered_however_it_is_put(faq: Faq) -> None:
    right = [text for text, entry in QUESTIONS.items() if said_unasked(faq, text) == entry]
    assert len(right) >= NEAR_ENOUGH
    assert {said_unasked(faq, text) for text in QUESTIONS} <= {*QUESTIONS.values(), None}


@pytest.mark.parametrize("text", ["忘记支付宝密码怎么办", "深色模式", "安装教程写得真好", "密码"])
def test_who_asks_the_bot_is_answered_as_ever(faq: Faq, text: str) -> None:
    assert faq.ask(text).decision == "answer"


@pytest.mark.parametrize("text", REMARKS)
def test_a_remark_is_no_question(text: str) -> None:
    assert not asks(fold(text))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("今天天气怎么样", "not sure enough"),
        ("昨天把笔记导出成 Markdown 了", "no question"),
        ("打开网页显示 404 怎么办", "404"),
        ("小紅書有深色模式嗎", "小红书"),
        ("怎么获取 OpenAI 的 API 密钥", "openai"),
    ],
)
def test_silence_has_a_reason(faq: Faq, text: str, why: str) -> None:
    assert why in (faq.silence(text, faq.ask(text)) or "")


def test_the_nearest_way_to_ask_is_not_contradicted_though_another_way_is_not() -> None:
    entry = Entry("refund", "7天内买的能退款吗", "能。", ("买的东西能退款吗", "30天内买的东西怎么换"))
    faq = Faq.build((entry, Entry("other", "客服几点上班", "九点。")))
    assert said_unasked(faq, "7天内买的能退款吗") == "refund"
    assert said_unasked(faq, "30天内买的能退款吗") is None


def test_a_title_and_a_name_that_the_faq_knows_are_no_strangers() -> None:
    faq = Faq.build((Entry("book", "《三体》在哪里能借到", "二楼。"), Entry("other", "客服几点上班", "九点。")))
    assert said_unasked(faq, "请问《三体》在哪里能借到") == "book"
    assert said_unasked(faq, "请问《水浒》在哪里能借到") is None
