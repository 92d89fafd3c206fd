"""Marked changes, as a platform shows them."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.platforms.markdown import to_telegram
from handlers.content.markdown import corrected, escape, table
from handlers.language.revision import changes

TEXTS = st.text(alphabet="我们的地得，。（）!*_~`.,- \nab#1>é", max_size=40)


def seen(old: str, new: str) -> tuple[str, dict[str, list[str]]]:
    """Return the text that is shown, and what in it is struck out and bold."""
    text, entities = to_telegram(corrected(changes(old, new)))
    kinds: dict[str, list[str]] = {"strikethrough": [], "bold": []}
    for each in entities:
        kinds[each.type].append(text[each.offset : each.offset + each.length])
    return text, kinds


def test_what_is_gone_is_struck_out_and_what_is_new_bold() -> None:
    text, kinds = seen("我门高兴的去公园完。", "我们高兴地去公园玩。")
    assert text == "我门们高兴的地去公园完玩。"
    assert kinds == {"strikethrough": ["门", "的", "完"], "bold": ["们", "地", "玩"]}


def test_english_is_compared_by_words() -> None:
    assert seen("He go to school,now.", "He goes to school now!")[1] == {
        "strikethrough": ["go", "school,now."],
        "bold": ["goes", "school now!"],
    }


def test_lines_stay_lines() -> None:
    assert seen("一行\n二航", "一行\n二行")[0] == "一行\n二航行"


@given(TEXTS, TEXTS)
def test_the_stretches_joined_are_both_texts(old: str, new: str) -> None:
    found = list(changes(old, new))
    assert ("".join(each.old for each in found), "".join(each.new for each in found)) == (old, new)


@given(TEXTS, TEXTS)
@example("1 >", "1")
@example("> 1", "1")
@example("1 > 2", "1 < 2")
def test_no_sign_of_either_text_is_lost_and_no_mark_is_seen(old: str, new: str) -> None:
    shown, _ = seen(old, new)
    stretches = changes(old, new)
    expected = "".join(each.old if each.same else each.old + each.new for each in stretches)
    assert "".join(shown.split()) == "".join(expected.split())


def test_two_long_texts_with_little_in_common_take_no_time() -> None:
    start = time.process_time()
    assert list(changes("的一" * 10_000, "一的的" * 6_600))
    assert time.process_time() - start < 2


@pytest.mark.parametrize("text", ["a|b", "*a* _b_", "`c`", "<b>", "1. x", "[a](b)", "(a) \\(b\\)", "$$x$$"])
def test_signs_of_markdown_in_a_text_or_table_are_shown_as_they_are(text: str) -> None:
    assert to_telegram(escape(text)) == (text, ())
    assert text in to_telegram(table(("word", "n"), [(text, 1)]))[0]
