from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from bot.platforms.markdown import escape_discord, to_discord
from tests.bot.platforms.markdown.test_telegram import TEXTS

NOT_EVERYBODY = re.compile("@(everyone|here)")


@pytest.mark.parametrize(
    ("markdown", "dialect"),
    [
        ("**注意：**请看", "**注意：**请看"),
        ("*it* ~~no~~ `x`", "*it* ~~no~~ `x`"),
        ("2*3*4 snake_case __init__", r"2\*3\*4 snake_case \_\_init\_\_"),
        ("# one\n#### four", "# one\n**four**"),
        ("- a\n  - b\n3. c", "- a\n  - b\n3. c"),
        ("> a\n> > b", "> a\n> b"),
        ("[x](https://example.org)", "[x](<https://example.org>)"),
        ("![a cat](https://example.org/c.png)", "[a cat](<https://example.org/c.png>)"),
        ("https://example.org/a_b。", "<https://example.org/a_b>。"),
        ("[https://good.example](https://bad.example)", "<https://good.example> (<https://bad.example>)"),
        ("[x](javascript:alert)", r"\[x](javascript:alert)"),
        ("\\# no \\*title\\*", r"\# no \*title\*"),
        ("```py\nx = 1\n```", "```py\nx = 1\n```"),
        ("```\nunclosed", "```\nunclosed\n```"),
        ("~~~\na ``` b\n~~~", "```\na ``\u200b` b\n```"),
        ("`` a`b ``", "`` a`b ``"),
        ("||spoiler|| <@1> <#2>", r"\|\|spoiler\|\| \<@1> \<#2>"),
        ("| 水果 | n |\n|---|---|\n| 苹果汁 | 2 |", "```\n水果   | n\n-------+--\n苹果汁 | 2\n```"),
    ],
)
def test_markdown_becomes_discords_dialect(markdown: str, dialect: str) -> None:
    assert to_discord(markdown) == dialect


@given(TEXTS)
@settings(max_examples=300)
def test_a_text_grows_over_the_limit_only_where_it_was_over_it(markdown: str) -> None:
    assert len(to_discord(markdown, 100)) <= max(100, len(markdown))


@pytest.mark.parametrize("text", ["@everyone", "hi **@here** you", "> @everyone", "x" * 40_000 + "@here"])
def test_everybody_can_be_read_but_not_called(text: str) -> None:
    assert not NOT_EVERYBODY.search(to_discord(text, 50_000))
    assert "everyone" in to_discord(text, 50_000) or "here" in to_discord(text, 50_000)


def test_a_plain_text_is_escaped_to_read_exactly_as_written() -> None:
    text = "# a\n> b\n- c\n1. d\n*e* _f_ `g` ~h~ [i](j) a_b\nhttps://example.org/a_b"
    assert escape_discord(text) == (
        "\\# a\n\\> b\n\\- c\n1\\. d\n\\*e\\* \\_f\\_ \\`g\\` \\~h\\~ \\[i](j) a_b\n<https://example.org/a_b>"
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://en.wikipedia.org/wiki/Python_(programming_language)", "https://youtu.be/abcdefghij-",
        "https://a.example/?t=YWJj==", "https://zh.wikipedia.org/wiki/电报", "https://a.example/?q=你好&lang=zh",
        "https://a.example/x[1]", "https://a.example/a|b", "https://a.example/~", "https://a.example/100%",
        "https://a.example/#", "https://a.example/x&", "https://a.example/$", "https://a.example/x!",
        "https://a.example/a_b_c", "http://localhost:3000/x", "https://a.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["看 {}。", "（{}）", "({}) 好", "{}，再看", "- {}", "1. {}\n2. b", "见：{}"])
def test_addresses_stay_whole_between_their_brackets(address: str, around: str) -> None:
    assert f"<{address}>" in to_discord(around.format(address))


def test_what_only_follows_an_address_stays_outside() -> None:
    assert (
        to_discord("(https://a.example/x). **https://b.example**") == "(<https://a.example/x>). **<https://b.example>**"
    )
    assert to_discord("'https://a.example/x'") == "'<https://a.example/x>'"


def test_a_label_that_reads_as_another_address_shows_where_it_leads() -> None:
    assert to_discord("[bank.com](https://evil.example)") == "bank.com (<https://evil.example>)"
