from __future__ import annotations

import re
import time
from itertools import pairwise
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.platforms.discord.text import unescaped
from bot.platforms.markdown import Entity, to_discord, to_telegram, utf16_length

PIECES = st.one_of(
    st.sampled_from(
        ("**", "*", "~~", "`", "```py\n", "\n```\n", "[", "](https://example.org/a_b)", "](ftp://x)", "![", "\n",
         "\n\n", "> ", "- ", "1. ", "    ", "# ", "| a | b |\n|---|:-:|\n| 一 | `2` |\n", "---", "注意：", "中文",
         "word", " ", "😀", "<b>", "&amp;", "\\", "_", "https://example.org/_a_", "\ud83d")
    ),
    st.text(max_size=6),
)  # fmt: skip
QUOTED = [("blockquote", "see x"), ("pre", "y"), ("blockquote", "z")]
TEXTS = st.lists(PIECES, max_size=30).map("".join)


def parts(markdown: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the text, and the type and text of each entity."""
    text, entities = to_telegram(markdown)
    units = text.encode("utf-16-le", "surrogatepass")
    return text, [(each.type, _cut(units, each)) for each in entities]


def _cut(units: bytes, entity: Entity) -> str:
    return units[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize(
    ("markdown", "text", "entities"),
    [
        ("**注意：**请看", "注意：请看", [("bold", "注意：")]),
        ("他说**“你好”**。", "他说“你好”。", [("bold", "“你好”")]),
        ("*it* ~~no~~ `x`", "it no x", [("italic", "it"), ("strikethrough", "no"), ("code", "x")]),
        ("😀 **粗😀体** `a`", "😀 粗😀体 a", [("bold", "粗😀体"), ("code", "a")]),
        ("2*3*4 x**2 + y**2", "2*3*4 x**2 + y**2", []),
        ("snake_case_names and __init__.py", "snake_case_names and __init__.py", []),
        ("# Title *one*\ntext", "Title one\ntext", [("bold", "Title one"), ("italic", "one")]),
        ("one\ntwo  \nthree", "one\ntwo\nthree", []),
        ("text\n---\nmore", "text\n———\nmore", []),
        ("- a\n- b\n  1. c\n  2. d", "• a\n• b\n  1. c\n  2. d", []),
        ("> a\n> > b\n\nc", "a\nb\n\nc", [("blockquote", "a\nb")]),
        ("[x](https://example.org)", "x", [("text_link", "x")]),
        ("[](https://example.org)", "https://example.org", [("text_link", "https://example.org")]),
        ("[x](javascript:alert)", "[x](javascript:alert)", []),
        ("[x](./file)", "[x](./file)", []),
        ("![a cat](https://example.org/c.png)", "a cat", [("text_link", "a cat")]),
        ("https://example.org/_a_/*b*", "https://example.org/_a_/b", [("italic", "b")]),
        ("<b>hi</b> &lt;", "<b>hi</b> <", []),
        ("**run `make` now**", "run make now", [("bold", "run"), ("code", "make"), ("bold", "now")]),
        ("> see `x`\n> ```\n> y\n> ```\n> z", "see x\ny\nz", QUOTED),
        ("[a]: https://example.org", "[a]: https://example.org", []),
        ("```\nunclosed", "unclosed", [("pre", "unclosed")]),
        ("```not a language\ncode", "not a language\ncode", [("pre", "not a language\ncode")]),
    ],
)  # fmt: skip
def test_markdown_reads_as_it_is_meant(markdown: str, text: str, entities: list[tuple[str, str]]) -> None:
    assert parts(markdown) == (text, entities)


@pytest.mark.parametrize(
    "url",
    ["http://localhost:3000", "http://my-pc:8082/a?b=c", "https://kes", "http://a.example:99999/", "http://a.example:port/",
     "http://b.example@localhost/", "http:///x.y", "https://a.example:/x", "mailto:me@a.example"],
)  # fmt: skip
def test_an_address_that_telegram_takes_for_no_link_is_written_behind_its_label(url: str) -> None:
    shown = f"1. 打开 面板 ({url.removeprefix('mailto:')})\n2. npm i"
    assert parts(f"1. 打开 [**面板**]({url})\n2. `npm i`") == (shown, [("bold", "面板"), ("code", "npm i")])


@pytest.mark.parametrize("url", ["http://127.0.0.1:3000", "HTTPS://a.example", "http://a.b@c.d/"])
def test_an_address_that_telegram_takes_is_a_link(url: str) -> None:
    assert parts(f"[面板]({url})") == ("面板", [("text_link", "面板")])


def test_an_address_that_is_no_link_is_not_written_twice() -> None:
    text = "<http://localhost:3000> [](http://my-pc) [me@a.example](mailto:me@a.example) <you@a.example>"
    assert parts(text) == ("http://localhost:3000 http://my-pc me@a.example you@a.example", [])


def test_code_carries_its_language_and_links_their_address() -> None:
    _, entities = to_telegram("[x](https://example.org/a_b)\n\n```python\nprint()\n```")
    assert entities == (
        Entity("text_link", 0, 1, url="https://example.org/a_b"),
        Entity("pre", 3, 7, language="python"),
    )


def test_a_table_is_aligned_by_the_width_on_the_screen() -> None:
    text, entities = to_telegram("| 水果 | n |\n|---|---:|\n| 苹果汁 | 2 |\n| fig | **10** |")
    assert text == "水果   |  n\n-------+---\n苹果汁 |  2\nfig    | 10"
    assert [each.type for each in entities] == ["pre"]


def test_a_row_with_too_many_cells_loses_none() -> None:
    assert "| 1 | 2 | 3 |" in to_telegram("| a | b |\n|---|---|\n| 1 | 2 | 3 |")[0]


def test_a_table_that_would_be_too_long_aligned_is_left_as_written() -> None:
    table = "| a | b |\n|---|---|\n" + f"| {'x' * 80} | y |\n" + "| 1 | 2 |\n" * 60
    assert utf16_length(to_telegram(table)[0]) > 4096 or utf16_length(to_telegram(table, 900)[0]) <= 900
    assert "| 1 | 2 |" in to_telegram(table, 900)[0]


@pytest.mark.parametrize("text", ["> " * 60 + "deep", "x" * 40_000, "**" + "[" * 600, "- " * 200 + "x"])
def test_what_is_no_sane_markdown_is_shown_as_written(text: str) -> None:
    assert to_telegram(text) == (text, ())


@given(TEXTS)
@settings(max_examples=150)
@example("> **a `b` c**\n> - d\n>   ```\n>   e\n>   ```")
def test_entities_are_what_telegram_takes(markdown: str) -> None:
    text, entities = to_telegram(markdown)
    units = text.encode("utf-16-le", "surrogatepass")
    for each in entities:
        inside = _cut(units, each)
        assert 0 <= each.offset < each.offset + each.length <= utf16_length(text)
        assert inside == (inside.rstrip().lstrip("\n") if each.type == "pre" else inside.strip())
    assert [*entities] == sorted(entities, key=lambda each: (each.offset, -each.length))
    for one in entities:
        for other in entities:
            assert one is other or _apart_or_nested(one, other)


def _apart_or_nested(one: Entity, other: Entity) -> bool:
    if one.offset + one.length <= other.offset or other.offset + other.length <= one.offset:
        return True
    inner, outer = sorted((one, other), key=lambda each: each.length)
    nested = outer.offset <= inner.offset and inner.offset + inner.length <= outer.offset + outer.length
    return nested and not {inner.type, outer.type} & {"code", "pre"} and inner.type != outer.type


@given(TEXTS)
@settings(max_examples=150)
def test_every_letter_is_still_there_and_in_order(markdown: str) -> None:
    text, entities = to_telegram(markdown.replace("&amp;", "&"))
    shown = "".join([text, *(each.url for each in entities), *(each.language for each in entities)])
    assert not {letter for letter in markdown.replace("&amp;", "&") if letter.isalpha()} - set(shown)
    letters = iter(letter for letter in markdown if letter in "中文注意")
    assert all(letter in letters for letter in text if letter in "中文注意")


@pytest.mark.parametrize(
    "piece",
    ["[", "[a](", "*a **b ", "*", "> ", "`a``b", "_a ", "~~a ", "__a_",
     "<", "&", "http://", "![", "|a", "**中", "1. a\n"],
)  # fmt: skip
def test_hostile_text_takes_seconds_at_most(piece: str) -> None:
    begun = time.perf_counter()
    to_telegram((piece * 32_000)[:32_000])
    assert time.perf_counter() - begun < 10


def test_lengths_are_counted_in_utf16_units() -> None:
    assert [utf16_length(text) for text in ("", "a", "中", "😀", "\ud83d")] == [0, 1, 1, 2, 1]
    assert all(utf16_length(a + b) == utf16_length(a) + utf16_length(b) for a, b in pairwise("a中😀b"))


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[https://bank.com](https://evil.example/x)", "https://bank.com (evil.example)"),
        ("[www.bank.com/login](https://evil.example)", "www.bank.com/login (evil.example)"),
        ("[bank.com](http://bank.com.evil.example)", "bank.com (bank.com.evil.example)"),
        ("[到 bank.com 登录](https://evil.example)", "到 bank.com 登录 (evil.example)"),
        (
            "[https://bank.com@evil.example](https://bank.com@evil.example)",
            "https://bank.com@evil.example (evil.example)",
        ),
        ("[https://bank.com](https://www.BANK.com/login)", "https://bank.com"),
        ("[bank.com](https://login.bank.com)", "bank.com"),
        ("[README.md](https://a.example/r)", "README.md"),
        ("[看 v1.2.3 的说明](https://a.example)", "看 v1.2.3 的说明"),
    ],
)
def test_a_label_that_reads_as_another_address_is_followed_by_the_real_host(markdown: str, shown: str) -> None:
    text, found = parts(markdown)
    assert (text, [kind for kind, _ in found]) == (shown, ["text_link"])


@pytest.mark.parametrize("url", ["tg://user?id=7", "tg://resolve?domain=x", "javascript:x", "file:///x", "./x.md"])
def test_no_other_address_becomes_a_link(url: str) -> None:
    assert parts(f"[x]({url})")[1] == []


@pytest.mark.parametrize(
    "lines",
    [
        [f"{number}. [词{number}](https://a.co/{number})" for number in range(150)],
        [f"- **词{number}**：`c{number}`" for number in range(120)],
        [f"**词{number}**" for number in range(300)],
        [f"[路{number}](https://a.co/{'路' * 40}/{number})" for number in range(30)],
    ],
)
def test_no_page_has_more_formatting_than_telegram_takes_and_no_address_is_lost(lines: list[str]) -> None:
    text, entities = to_telegram("\n".join(lines), 100_000)
    assert len(entities) <= 100
    assert sum(each.length + len(each.url.encode()) + 12 for each in entities) <= 9_500
    linked = {unquote(each.url) for each in entities}
    wanted = {found for line in lines for found in re.findall(r"\((https:[^)]*)\)", line)}
    assert {each for each in wanted if each not in linked and each not in unquote(text)} == set()
    assert "词7" in text or "路7" in text


FORMULAS = [
    r"\(E=mc^2\)", r"\[ \int_0^1 x\,dx \]", r"$$a_1 * b * c_2$$", r"\begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix}",
    r"\(\{x\} \_ y\)", r"$x^2$", r"$\alpha_1 + \beta_2$", "\\[\na\n+ b\n- c\\\\\n\\]", "$$\n\\frac{a}{b}\n$$",
    r"\(a*b*c\)",
]  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_keep_every_character(formula: str) -> None:
    assert parts(f"前\n\n{formula}\n\n后")[0] == f"前\n\n{formula}\n\n后"
    if "\n" not in formula:
        assert to_telegram(f"**由此** {formula} 得证")[0] == f"由此 {formula} 得证"
        assert unescaped(to_discord(f"由此 {formula} 得证")) == f"由此 {formula} 得证"


@pytest.mark.parametrize("text", ["$5 and *$10*", "cost $5_000_ or $6", "`$x^2$` **b**", r"a \* b"])
def test_prices_and_code_are_no_formulas(text: str) -> None:
    assert to_telegram(text)[0] == text.replace("`", "").replace("**", "").replace("*$10*", "$10").replace("\\", "")
