"""An FAQ answers its own questions, keeps silent about others, and offers what it cannot tell apart."""

from __future__ import annotations

import pytest

from handlers.faq.engine.faq import Faq, choice_of, told
from handlers.faq.entries.entry import Entry, Twin

FIVE = (
    Entry("install", "怎么安装应答机器人", "用 pip 安装。", ("安装步骤是什么", "如何部署机器人")),
    Entry("token", "在哪里拿 Telegram 的令牌", "找 BotFather。", ("telegram token 怎么申请",)),
    Entry("price", "使用要收费吗", "免费。", ("多少钱一个月", "要不要付费")),
    Entry("redis", "没有 Redis 能运行吗", "能，自带服务器。"),
    Entry("reset", "怎么清空聊天记录", "发 /reset。", ("如何删除对话历史",)),
)


@pytest.fixture(scope="module")
def faq() -> Faq:
    return Faq.build(FIVE)


@pytest.mark.parametrize("entry", FIVE, ids=lambda entry: entry.id)
def test_every_question_of_an_entry_is_answered_by_it(faq: Faq, entry: Entry) -> None:
    for question in entry.questions:
        ranking = faq.ask(question)
        assert ranking.decision == "answer"
        assert ranking.candidates[0].entry is entry


@pytest.mark.parametrize("text", ["怎麼安裝應答機器人", "　怎么安装应答机器人？！", "怎么安装 应答机器人"])
def test_script_width_and_punctuation_make_no_difference(faq: Faq, text: str) -> None:
    best = faq.ask(text).candidates[0]
    assert (best.entry.id, best.confidence) == ("install", faq.ask("怎么安装应答机器人").candidates[0].confidence)


@pytest.mark.parametrize("text", ["今天天气怎么样", "lol", "明天去爬山吗", "how far is the moon", "", "😀😀", "？？？"])
def test_what_is_none_of_its_business_passes(faq: Faq, text: str) -> None:
    assert faq.ask(text).decision == "pass"


@pytest.mark.parametrize("text", ["怎" * 100_000, "\ud800", "\x00\x01", "a" * 100_000, "z̷̡̢̛" * 50, "\u202eabc"])
def test_odd_texts_are_only_texts(faq: Faq, text: str) -> None:
    assert faq.ask(text).decision in ("pass", "offer", "answer")


def test_an_empty_faq_answers_nothing() -> None:
    assert Faq.build(()).ask("怎么安装").candidates == ()


def test_two_entries_with_the_same_question_are_offered() -> None:
    twice = Faq.build((*FIVE, Entry("price2", "使用要收费吗？", "不收。")))
    ranking = twice.ask("使用要收费吗")
    assert ranking.decision == "offer"
    assert {each.entry.id for each in ranking.candidates[:2]} == {"price", "price2"}


def test_near_duplicates_are_reported() -> None:
    twice = Faq.build((*FIVE, Entry("redis2", "没有 Redis 能运行么", "能。")))
    assert [(one.id, other.id) for one, other in twice.doubles] == [("redis", "redis2")]
    assert Faq.build(FIVE).doubles == ()


def test_a_removed_entry_is_found_no_more() -> None:
    faq = Faq.build(FIVE)
    faq.remove("redis")
    assert faq.ask("没有 Redis 能运行吗").decision != "answer"
    assert faq.by_choice(choice_of(FIVE[3])) is None


def test_an_added_entry_is_found_at_once() -> None:
    faq = Faq.build(FIVE)
    faq.add(Entry("voice", "支持语音消息吗", "支持。"))
    assert faq.ask("支持语音消息吗").candidates[0].entry.id == "voice"


def test_what_was_asked_before_is_answered_from_memory_until_anything_changes() -> None:
    faq = Faq.build(FIVE)
    before = faq.ask("怎么换头像")
    assert faq.ask("怎么换头像") is before
    faq.add(Entry("avatar", "怎么换头像", "…"))
    assert faq.ask("怎么换头像").candidates[0].entry.id == "avatar"
    faq.remove("avatar")
    assert faq.ask("怎么换头像").candidates == before.candidates
    faq.calibrate(("怎么换头像",))
    assert faq.ask("怎么换头像").calibration is faq.calibration


def test_choices_stand_for_entries_and_nothing_else(faq: Faq) -> None:
    assert faq.by_choice(choice_of(FIVE[0])) is FIVE[0]
    assert faq.by_choice("faq:forged") is None
    assert len(choice_of(Entry("名" * 500, "q", "a")).encode()) <= 64


def test_who_asks_in_the_other_language_is_told_in_it() -> None:
    entry = Entry("price", "要收费吗", "免费。", twin=Twin("Is it free?", "Yes."))
    assert told(entry, "en") == ("Is it free?", "Yes.")
    assert told(entry, "zh-TW") == ("要收费吗", "免费。")
    assert Faq.build((entry,)).ask("is it free").candidates[0].entry is entry


@pytest.mark.parametrize(
    ("listed", "asked", "other"),
    [
        ("15天内能退货吗？", "十五天内能退货吗", "三十天内能退货吗"),
        ("押金二十元能退吗", "押金20元能退吗", "押金三十元能退吗"),
        ("超过一千二百字怎么办", "超过1,200字怎么办", "超过一千五百字怎么办"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(listed: str, asked: str, other: str) -> None:
    faq = Faq.build((*FIVE, Entry("number", listed, "…")))
    assert [faq.ask(asked).decision, faq.ask(asked).candidates[0].entry.id] == ["answer", "number"]
    assert faq.ask(other).decision != "answer"
