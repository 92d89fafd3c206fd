"""Answers with placeholders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from handlers.rules.template import TemplateError, escape, placeholders, render


def test_placeholders_are_filled_and_doubled_braces_are_braces() -> None:
    assert render("{{x}} {sender}: {号}", {"sender": "小明", "号": "7"}) == "{x} 小明: 7"


def test_what_is_filled_in_is_never_read_again() -> None:
    assert render("{sender}{match}", {"sender": "{match}", "match": "{sender}"}) == "{match}{sender}"


def test_a_group_that_took_no_part_becomes_nothing() -> None:
    assert render("[{x}]", {}) == "[]"


@pytest.mark.parametrize("template", ["{", "}", "{}", "{a b}", "{a!r}", "{a:>9}", "{{x}", '{"json": 1}'])
def test_a_brace_that_belongs_to_no_placeholder_is_refused(template: str) -> None:
    with pytest.raises(TemplateError, match=r"the answer has a lone [{}] \(write (\{\{|\}\}) to show one\)"):
        placeholders(template)


def test_markdown_values_are_escaped_and_the_answer_is_not() -> None:
    shown = render("**{sender}**", {"sender": "*x*\n# [a](b)"}, markdown=True)
    assert shown == r"**\*x\* \# \[a\]\(b\)**"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1).map(lambda text: f"a{text}z"))
def test_an_escaped_value_is_shown_as_it_is_and_nothing_else(value: str) -> None:
    (paragraph,) = [each for each in MarkdownIt().parse(escape(value)) if each.type == "inline"]
    assert "".join(each.content for each in paragraph.children or []) == value
    assert {each.type for each in paragraph.children or []} <= {"text", "text_special"}
