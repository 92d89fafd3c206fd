"""What is found questionable in a FAQ."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from handlers.faq.engine.faq import Faq
from handlers.faq.entries.entry import Entry, Twin
from handlers.faq.entries.lint import problems
from handlers.faq.entries.load import load

EXAMPLE = Path(__file__).parents[3] / "deploy" / "content" / "faq.yaml"


def kinds(*entries: Entry) -> list[tuple[str, bool]]:
    return [(each.kind, each.serious) for each in problems(entries)]


def test_the_same_question_with_another_answer_is_a_contradiction() -> None:
    found = problems([Entry("a", "怎麼備份？", "去设置。"), Entry("b", "怎么备份?", "别备份。")])
    assert [(each.kind, each.serious, each.ids) for each in found] == [("contradiction", True, ("a", "b"))]


def test_the_same_question_with_the_same_answer_is_a_duplicate() -> None:
    assert kinds(Entry("a", "怎么备份？", "去设置。"), Entry("b", "怎么备份?", "去设置。")) == [("duplicate", False)]


def test_a_question_that_is_another_entrys_alternative_is_shadowed() -> None:
    assert kinds(Entry("a", "怎么存放资料", "甲", ("怎么备份",)), Entry("b", "怎么备份", "乙")) == [("shadow", True)]
    assert kinds(Entry("a", "怎么存放资料", "甲", ("怎么备份",)), Entry("b", "怎么备份", "甲")) == [("shadow", False)]


def test_a_shadow_is_told_by_its_question() -> None:
    (problem,) = problems([Entry("a", "怎么存放资料", "甲", ("怎么备份",)), Entry("b", "怎么备份", "乙")])
    assert problem.text == (
        '"怎么备份" is the question of b and an alternative of a; their answers differ, so one of them is wrong'
    )


def test_nearly_the_same_questions_are_told() -> None:
    first = Entry("a", "请问怎么在手机上打开消息提醒功能呢", "甲")
    assert kinds(first, Entry("b", "请问怎么在手机上打开消息提醒的功能呢", "乙")) == [("near-duplicate", False)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I turn on encryption?", "How do I turn off encryption?"),
        ("请问在新买的安卓手机上怎么打开消息提醒功能呢", "请问在新买的安卓手机上怎么关闭消息提醒功能呢"),
        ("买了以后 7 天之内可以申请退货吗", "买了以后 30 天之内可以申请退货吗"),
        ("为什么我在手机上收到了系统发来的通知", "为什么我在手机上收不到系统发来的通知"),
        ("怎么把笔记从 Notion 导入到拾页里面来", "怎么把笔记从 Motion 导入到拾页里面来"),
    ],
)
def test_questions_that_contradict_each_other_are_told_apart_however_alike(one: str, other: str) -> None:
    entries = [Entry("a", one, "甲"), Entry("b", other, "乙")]
    assert problems(entries) == ()
    assert Faq.build(entries).doubles == ()


def test_questions_of_one_entry_may_be_alike() -> None:
    assert (
        kinds(Entry("a", "How do I back up my data?", "x", ("How do I backup my data?", "how do i back up my data")))
        == []
    )


def test_a_twin_counts_too() -> None:
    twin = Twin("How do I back up?", "Settings.")
    assert kinds(Entry("a", "怎么备份", "设置", (), twin), Entry("b", "How do I back up?", "No.")) == [
        ("contradiction", True)
    ]
    assert kinds(Entry("a", "怎么备份", "设置", (), twin), Entry("b", "How do I back up?", "Settings.")) == [
        ("duplicate", False)
    ]


def test_one_character_one_short_word_and_a_bare_number_are_too_short() -> None:
    entries = [Entry(text, text, text) for text in ("钱", "api", "502", "??", "价格", "login", "API key", "502 错误")]
    assert [each.ids for each in problems(entries)] == [("钱",), ("api",), ("502",), ("??",)]


def test_nothing_in_the_example_is_questionable() -> None:
    entries = load(EXAMPLE)
    assert problems(entries) == ()
    assert Faq.build(entries).doubles == ()


def test_ten_thousand_entries_take_seconds_and_the_planted_pairs_are_found() -> None:
    chance = random.Random(7)
    letters = [chr(code) for code in range(0x4E00, 0x5200)]
    entries = [Entry(str(n), "".join(chance.choices(letters, k=14)), str(n)) for n in range(10_000)]
    planted = [Entry(f"{each.id}+", each.question + "吗", "x") for each in entries[:50]]
    start = time.perf_counter()
    found = {each.ids for each in problems([*entries, *planted])}
    assert {(each.id, f"{each.id}+") for each in entries[:50]} <= found
    assert time.perf_counter() - start < 30  # quadratic comparing takes minutes
