"""Who only calls the bot to somebody's words means these."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.message import Attachment, Message, Person, Quote
from bot.turn.summons import hands_over, summoned
from tests.people import said

ASKED = Quote("7", "同步要怎么设置 啊 各位", Person("ann", "Ann"))


def called(text: str, quote: Quote | None = ASKED) -> Message:
    return replace(said(text, chat="group", quote=quote), addressed=True)


@pytest.mark.parametrize(
    "text",
    [
        "", " ？", "你来回答", "你來回答一下", "帮他看看", "幫她看看吧", "回答他", "请回答这个问题", "麻烦解答一下",
        "看看这个", "给大家讲讲", "answer this", "Please help him!", "can you answer that?", "what about this?",
        "any ideas?",
    ],
)  # fmt: skip
def test_nothing_and_a_request_to_see_to_it_hand_over(text: str) -> None:
    assert hands_over(text)
    found = summoned(called(text))
    assert (found.text, found.quote, found.reply_to) == (ASKED.text, None, ASKED.id)
    assert found.conversation == called(text).conversation


@pytest.mark.parametrize(
    "text",
    [
        "谢谢",
        "😂",
        "你好",
        "看看备份怎么做",
        "他说得对吗",
        "回答错了",
        "what is this about sync",
        "answer is 42",
        "这个答案不对",
    ],
)
def test_what_says_something_of_its_own_is_a_question_about_the_quote(text: str) -> None:
    assert not hands_over(text)
    assert summoned(called(text)).quote == ASKED


def test_the_bots_own_words_and_those_of_nobody_are_not_asked_again() -> None:
    for quote in (None, replace(ASKED, mine=True), replace(ASKED, text="")):
        message = called("", quote)
        assert summoned(message) == message
    overheard = replace(called(""), addressed=False)
    assert summoned(overheard) == overheard


def test_pictures_replied_to_come_along() -> None:
    picture = Attachment("1", "photo.jpg", "image/jpeg", 9)
    assert summoned(called("", replace(ASKED, text="", attachments=(picture,)))).attachments == (picture,)
