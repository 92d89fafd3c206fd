from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import wcwidth
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.delivery.paging import Place, cuts, page_at, pages
from bot.platforms.markdown import utf16_length

FENCE_LINE = re.compile(r"[ \t]*(`+|~+)[ \t]*")
FRAGMENTS = (
    "你好，世界。", "真的吗？！", "“引用到这里。”", "**注意：**", "word ", "a_long_identifier ", "It ends. ", "3.14",
    "\n", "\n\n", "\n \n", "```python\n", "\n```python\n", "\n```\n", "```", "~~~\n", "\n    ~~~~\n", "  - `code` ",
    "    indented\n", "\t",
    "👩‍👩‍👧‍👦", "🇨🇳", "👍🏽", "e\u0301\u0323", "한국", "\ud83d", "\ude00", "https://example.org/a?b=c ",
    "\u3000", "\r\n", "  ",
)  # fmt: skip
PIECES = st.one_of(
    st.sampled_from(FRAGMENTS),
    st.text(st.characters(codec=None), max_size=8),
    st.builds(lambda letter, times: letter * times, st.sampled_from("x字`~ \n👍"), st.integers(1, 120)),
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)
LIMITS = st.integers(50, 90)
LENGTHS = st.sampled_from([len, utf16_length, lambda text: len(text) + text.count("*")])
QUOTED = "他说：“今天天气真的很好，我们一起出去走走吧，好不好呀？！”"
COSTS = "It costs 3.14 euros in all of the shops."
Length = Callable[[str], int]


def gaps(text: str, limit: int, length: Length) -> Iterator[str]:
    end = 0
    for cut in cuts(text, limit, length):
        yield text[end : cut.start]
        end = cut.stop
    yield text[end:]


@given(TEXTS, LIMITS, LENGTHS)
@settings(max_examples=300)
@example("x" * 10_000, 50, len)
@example("字" * 4095 + "👍" * 400, 50, utf16_length)
@example("```python\n" + "\n" * 300 + "x\n```", 50, len)
@example("```\n" + "code\n" * 9 + "\n\n\n```", 50, len)
def test_every_page_fits_and_none_is_empty(text: str, limit: int, length: Length) -> None:
    for page in pages(text, limit, length):
        assert length(page) <= limit
        assert page.strip()


@given(TEXTS, LIMITS, LENGTHS)
@settings(max_examples=300)
@example("x" * 10_000, 50, len)
@example("```\n" + "code\n" * 9 + "\n\n\n```\nend", 50, len)
def test_nothing_is_lost_or_doubled_but_whitespace_and_fences_at_the_borders(
    text: str, limit: int, length: Length
) -> None:
    assert all(not gap.strip() or FENCE_LINE.fullmatch(gap.strip()) for gap in gaps(text, limit, length))
    for cut in cuts(text, limit, length):
        assert cut.page(text) == cut.opening + text[cut.start : cut.stop] + cut.closing
        assert not cut.closing or FENCE_LINE.fullmatch(cut.closing.strip("\n"))


@given(TEXTS, LIMITS, LENGTHS)
@settings(max_examples=150)
def test_plain_text_is_cut_at_whitespace_or_between_characters_only(text: str, limit: int, length: Length) -> None:
    shown = "".join(pages(text, limit, length, fences=False))
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)


@given(TEXTS, LIMITS, LENGTHS)
@settings(max_examples=150)
@example("```\n" + "code\n" * 9 + "\n\n\n```\nend", 50, len)
def test_a_growing_text_gives_the_pages_of_the_whole_text(text: str, limit: int, length: Length) -> None:
    place, drawn = Place(), []
    for end in range(len(text) + 1):
        cut = page_at(text[:end], place, limit, length)
        while cut.after and (following := page_at(text[:end], cut.after, limit, length)).page(text[:end]):
            drawn.append(cut.page(text[:end]))
            place, cut = cut.after, following
    last = page_at(text, place, limit, length).page(text)
    assert [*drawn, *([last] if last else [])] == pages(text, limit, length)


@given(
    st.lists(st.sampled_from(("👩‍👩‍👧‍👦", "🇨🇳", "👍🏽", "e\u0301\u0323", "각", "क्षि", "x")), min_size=30, max_size=200)
)
@settings(max_examples=100)
def test_a_character_as_people_see_it_is_never_cut(characters: list[str]) -> None:
    text = "".join(characters)
    whole = list(wcwidth.iter_graphemes(text))
    assert [each for page in pages(text, 50, len) for each in wcwidth.iter_graphemes(page)] == whole


def test_a_surrogate_pair_in_two_halves_is_not_cut() -> None:
    for offset in range(3):
        text = "x" * offset + "\ud83d\ude00" * 80
        assert not any(page.endswith("\ud83d") for page in pages(text, 50, utf16_length))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("一段话。" * 8 + "\n\n" + "另一段。" * 8, "一段话。" * 8),
        (QUOTED * 3, QUOTED),
        (f"{COSTS} Then more words follow without an end here", COSTS),
        ("words without any end " * 5, "words without any end words without any end words"),
        ("没有句号的一段，用逗号分开的文字，一直写下去，" * 5, "没有句号的一段，用逗号分开的文字，一直写下去，" * 2),
        ("字" * 120, "字" * 50),
        ("see https://example.org/a/path/that-is/very-long/indeed ok", "see https://example.org/a/path/that-is/very-long/"),
    ],
)  # fmt: skip
def test_a_page_ends_where_reading_pauses(text: str, first: str) -> None:
    assert pages(text, 50, len)[0] == first


def test_a_code_block_is_closed_and_opened_again_with_its_language() -> None:
    text = "Look:\n\n```python\n" + "print('hello')\n" * 8 + "```\nDone."
    shown = pages(text, 60, len)
    assert shown[0].endswith("\n```")
    assert all(page.startswith("```python\nprint") for page in shown[1:-1])
    assert "```\nDone." in f"{shown[-2]}\n{shown[-1]}"


def test_code_keeps_its_indentation_over_the_border() -> None:
    text = "```python\ndef main():\n" + "    call()\n" * 20 + "```"
    assert pages(text, 60, len)[1].startswith("```python\n    call()\n")


def test_a_code_block_that_fits_on_the_next_page_is_not_torn() -> None:
    text = "Some words to begin with, then the code.\n\n```\nmake test\n```"
    assert pages(text, 50, len) == ["Some words to begin with, then the code.", "```\nmake test\n```"]


def test_bold_text_is_not_torn_where_there_is_another_place() -> None:
    text = f"{'前面的一句话已经结束了。' * 3}**加粗的第一句。加粗的第二句很长很长很长很长很长。**结束"
    assert pages(text, 50, len)[0] == "前面的一句话已经结束了。" * 3


def test_a_mark_is_never_torn_in_two() -> None:
    assert pages("字" * 49 + "**粗**", 50, len) == ["字" * 49, "**粗**"]


def test_an_empty_text_has_no_pages() -> None:
    assert pages(" \n\t\n ", 50, len) == []
