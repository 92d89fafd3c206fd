"""Laws that hold for any FAQ."""

from __future__ import annotations

import math

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.faq.engine.analysis import analyse
from handlers.faq.engine.calibration import upper_bound
from handlers.faq.engine.faq import Faq
from handlers.faq.entries.entry import Entry
from tests.handlers.faq.sample import ENTRIES

ASKED = ("机器人怎么安装呢", "要不要钱", "怎样删掉聊天记录", "可以发语音吗", "怎么升级新版", "备份放哪里", "能商用么")


@pytest.fixture(scope="module")
def faq() -> Faq:
    return Faq.build(ENTRIES)


@given(st.text(max_size=200))
def test_taking_a_folded_text_apart_again_gives_the_same(text: str) -> None:
    once = analyse(text)
    again = analyse(once.text)
    assert (again.text, again.key, set(again.terms)) == (once.text, once.key, set(once.terms))


@given(st.text(max_size=60))
def test_confidence_is_a_probability_and_the_likeliest_comes_first(faq: Faq, text: str) -> None:
    confidences = [each.confidence for each in faq.ask(text).candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= each <= 1 for each in confidences)


@pytest.mark.parametrize("asked", ASKED)
def test_the_same_question_in_traditional_gets_the_same_entry(faq: Faq, asked: str) -> None:
    assert faq.ask(opencc.OpenCC("s2t").convert(asked)) == faq.ask(asked)


@pytest.mark.parametrize("asked", ASKED)
def test_an_entry_that_shares_no_character_changes_no_winner(asked: str) -> None:
    before, after = Faq.build(ENTRIES), Faq.build(ENTRIES)
    after.add(Entry("zz", "zyzzyva zwieback", "…"))
    one, two = before.ask(asked).candidates[0], after.ask(asked).candidates[0]
    assert one.entry is two.entry
    assert math.isclose(one.confidence, two.confidence, abs_tol=0.02)


@pytest.mark.parametrize("asked", ASKED)
def test_nor_does_it_when_everything_is_learnt_again(asked: str) -> None:
    one = Faq.build(ENTRIES).ask(asked).candidates[0]
    two = Faq.build((*ENTRIES, Entry("zz", "zyzzyva zwieback", "…"))).ask(asked).candidates[0]
    assert one.entry is two.entry
    assert math.isclose(one.confidence, two.confidence, abs_tol=0.06)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entrys_own_questions_are_answered_by_it(faq: Faq, entry: Entry) -> None:
    for question in entry.questions:
        ranking = faq.ask(question)
        assert (ranking.decision, ranking.candidates[0].entry) == ("answer", entry)
        assert ranking.sure


def test_questions_of_a_removed_entry_are_answered_no_more() -> None:
    answered = []
    for removed in ENTRIES:
        faq = Faq.build(ENTRIES)
        faq.remove(removed.id)
        answered += [question for question in removed.questions if faq.ask(question).decision == "answer"]
    # One that another entry nearly asks ("how do I install / invite the robot") may still be taken for that.
    assert len(answered) <= 0.05 * sum(len(entry.questions) for entry in ENTRIES)


def test_questions_of_a_removed_duplicate_fall_to_its_twin() -> None:
    faq = Faq.build((*ENTRIES, Entry("twin", ENTRIES[2].question, "the same")))
    faq.remove("price")
    assert faq.ask(ENTRIES[2].question).candidates[0].entry.id == "twin"


def test_adding_and_removing_leaves_the_index_as_it_was() -> None:
    faq = Faq.build(ENTRIES)
    before = [faq.ask(asked) for asked in ASKED]
    faq.add(Entry("new", "怎么安装插件", "…", ("插件怎么用",)))
    faq.remove("new")
    assert [faq.ask(asked) for asked in ASKED] == before


@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_bound_is_exceeded_with_the_probability_it_says(count: int) -> None:
    share = upper_bound(count, 100, 0.9)
    at_most = sum(math.comb(100, each) * share**each * (1 - share) ** (100 - each) for each in range(count + 1))
    assert math.isclose(at_most, 0.1, abs_tol=1e-3)


def test_a_stricter_owner_gets_a_higher_threshold() -> None:
    strict, lax = Faq.build(ENTRIES, tolerance=0.005), Faq.build(ENTRIES, tolerance=0.1)
    chances = [faq.calibration.asked - faq.calibration.shift / 10 for faq in (strict, lax)]
    assert chances[0] > chances[1]


def test_a_large_faq_is_searched_by_its_rarer_terms_with_the_same_winner() -> None:
    many = [Entry(str(number), f"第{number}号产品怎么安装使用", "…") for number in range(4000)]
    faq = Faq.build(many)
    assert faq.ask("第3217号产品怎么安装使用").candidates[0].entry.id == "3217"
