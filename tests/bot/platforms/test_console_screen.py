"""What a person before the terminal sees of an answer, as it grows and when it is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import discovery
from bot.contract import Page
from bot.domain.message import Chat, Message, Person
from bot.domain.reply import Choice, File, Source
from bot.platforms.console.paint import painted
from bot.platforms.console.screen import TerminalScreen, rows
from bot.platforms.console.sheet import Sheet

RULE = Source("rule", "price", 1.0)
MESSAGE = Message("console", "1", "1", Chat("@me", private=True), Person("me", "me"), "?", 0.0)


class Terminal:
    """Forty columns and ten rows, and what was written to them."""

    def __init__(self, files: Path) -> None:
        self.written: list[str] = []
        self.screen = TerminalScreen(self.written.append, discovery.texts(), "en", files, lambda: (40, 10))
        self.sheet = Sheet(MESSAGE)

    def grow(self, text: str, *, markdown: bool = False, final: bool = False) -> str:
        """Draw a state of the answer, and return what that wrote."""
        self.sheet.put(Page(0, text, final, RULE, markdown, last=final))
        return self.drawn()

    def drawn(self) -> str:
        before = len(self.written)
        self.screen.draw(self.sheet)
        return "".join(self.written[before:])

    def end(self) -> str:
        before = len(self.written)
        self.screen.finish(self.sheet)
        return "".join(self.written[before:])


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "files")


def test_a_growing_answer_is_appended_to(terminal: Terminal) -> None:
    assert [terminal.grow("ab"), terminal.grow("abcd"), terminal.grow("abcd")] == ["ab", "cd", ""]


def test_what_only_stood_in_is_replaced_in_place(terminal: Terminal) -> None:
    terminal.grow("others are waiting too\nplease wait")
    assert terminal.grow("Here") == "\r\x1b[1A\x1b[JHere"


def test_what_has_scrolled_away_is_not_reached_for(terminal: Terminal) -> None:
    terminal.grow("x\n" * 20)
    assert terminal.grow("y") == "\ny"


def test_an_answer_says_where_it_came_from(terminal: Terminal) -> None:
    terminal.grow("free", final=True)
    assert terminal.end() == "\n\x1b[2m〔rule price〕\x1b[0m\n"


@pytest.mark.parametrize(
    ("source", "label"),
    [
        (Source("faq", "install", 0.934), "〔FAQ install 93%〕"),
        (Source("faq", "", 0.5), "〔FAQ 50%〕"),
        (Source("chat", "gpt-5.6-mini"), "〔model gpt-5.6-mini, 0.0 s〕"),
        (Source("voice", "x", 0.5), "〔voice x 50%〕"),
        (Source("none"), "〔nobody knew〕"),
    ],
)
def test_every_kind_of_source_has_a_label(terminal: Terminal, source: Source, label: str) -> None:
    terminal.sheet.put(Page(0, "a", final=True, source=source, last=True))
    assert label in terminal.end()


def test_markdown_is_painted_when_the_answer_is_done(terminal: Terminal) -> None:
    assert terminal.grow("use **this**") == "use **this**"
    terminal.grow("use **this**", markdown=True, final=True)
    assert terminal.end().startswith("\r\x1b[Juse \x1b[1mthis\x1b[0m\n")


def test_choices_are_numbered_below(terminal: Terminal) -> None:
    page = Page(0, "which?", final=True, source=RULE, choices=(Choice("a\x1b[2J", "1"), Choice("b", "2")), last=True)
    terminal.sheet.put(page)
    assert "\n1. a␛[2J\n2. b\n" in terminal.end()


def test_files_are_saved_and_none_overwrites_another(terminal: Terminal, tmp_path: Path) -> None:
    files = (File("../a.txt", b"one", "text/plain"), File("a.txt", b"two", "text/plain"))
    terminal.sheet.put(Page(0, "here", final=True, source=RULE, files=files, last=True))
    terminal.end()
    assert sorted(each.read_bytes() for each in (tmp_path / "files").iterdir()) == [b"one", b"two"]


def test_a_line_that_nobody_answers_is_explained(terminal: Terminal) -> None:
    assert "@yingda" in terminal.end()


def test_escape_sequences_of_an_answer_do_nothing(terminal: Terminal) -> None:
    assert "\x1b" not in terminal.grow("\x1b]0;title\x07\x1b[2J\x9b1m")


@given(st.text("ab界 é\n", max_size=200), st.integers(2, 50))
def test_rows_are_never_fewer_than_the_cells_need(text: str, width: int) -> None:
    assert rows(text, width) >= text.count("\n") + 1
    assert rows("界" * width, width) == -(-width // (width // 2))


def test_code_is_painted_and_its_stars_stay() -> None:
    assert painted("```py\n**x**\n```").splitlines()[1] == "\x1b[36m**x**\x1b[0m"
    assert painted("a `**b**` 2*3*4 **粗体：**请看") == "a \x1b[36m**b**\x1b[0m 2*3*4 \x1b[1m粗体：\x1b[0m请看"
    assert painted("## 标题") == "\x1b[1m标题\x1b[0m"
