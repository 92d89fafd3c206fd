"""Commands are made from functions, and their options from what people type."""

from __future__ import annotations

import contextlib
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arguments import arguments, usage
from bot.domain.command import Command, Commands, InFile, Wording, asked_word, command
from bot.domain.errors import Apology
from bot.domain.message import Invocation, Message, Quote
from bot.services import Services
from tests.people import said

SOME = Wording("某", "某", "some")


@command("切", "切開")
async def cut(
    message: Message,
    services: Services,
    *,
    mode: Annotated[Literal["full", "search"], SOME] = "full",
    top: Annotated[int, SOME] = 3,
    loud: Annotated[bool, SOME] = False,
    text: Annotated[str, SOME],
) -> str:
    """切

    切開

    Cut
    """
    return text


@command()
async def choose(message: Message, services: Services, *, name: Annotated[Literal["a", "b"], SOME]) -> str:
    """选

    選

    Choose
    """
    return name


def parsed(text: str, made: Command = cut) -> dict[str, object]:
    return dict(arguments(made, said(text)))


def test_a_function_becomes_a_command() -> None:
    assert (cut.name, cut.aliases, cut.help["zh-TW"], cut.help["en"]) == ("cut", ("切", "切開"), "切開", "Cut")
    assert [(each.name, each.kind, each.required) for each in cut.parameters] == [
        ("mode", str, False),
        ("top", int, False),
        ("loud", bool, False),
        ("text", str, True),
    ]
    assert usage(cut) == "/cut [mode:full|search] [top:top] [loud:loud] <text>"


def test_a_docstring_without_three_languages_is_refused() -> None:
    async def bad(message: Message, services: Services) -> str:
        """Only one."""
        return ""

    with pytest.raises(TypeError, match="three lines"):
        command()(bad)


@pytest.mark.parametrize("text", ["/cut x", "／切 x", "  /切開 x", "/CUT x"])
def test_a_command_is_found_by_every_name(text: str) -> None:
    assert Commands([cut]).asked(said(text)) is cut


@pytest.mark.parametrize("text", ["", "cut", "/", "/etc/hosts", "//", "1/cut"])
def test_what_is_no_command_is_none(text: str) -> None:
    assert Commands([cut]).asked(said(text)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/cut 今天 天气", {"mode": "full", "text": "今天 天气"}),
        ("/cut search 今天", {"mode": "search", "text": "今天"}),
        ("/Cut Search 今天", {"mode": "search", "text": "今天"}),
        ("/cut mode:SEARCH 今天", {"mode": "search", "text": "今天"}),
        ("/cut mode:search top=5 今天 天气", {"mode": "search", "top": 5, "text": "今天 天气"}),
        ("/cut 今天 mode:search 天气", {"text": "今天 mode:search 天气"}),
        ("/cut fix this text: I has", {"text": "fix this text: I has"}),
        ("/cut text: I has", {"text": "text: I has"}),
        ("/cut mode: Bob", {"text": "mode: Bob"}),
        ("/cut 5 今天", {"top": 5, "text": "今天"}),
        ("/cut search 5\n今天", {"mode": "search", "top": 5, "text": "今天"}),
        ("/cut 今天 5", {"text": "今天 5"}),
        ("/cut 5天", {"text": "5天"}),
        ("/cut loud:是 a:b http://x", {"loud": True, "text": "a:b http://x"}),
        ('/cut top：2 mode:"search" a b', {"mode": "search", "top": 2, "text": "a b"}),
    ],
)
def test_options_are_read_from_text(text: str, expected: dict[str, object]) -> None:
    assert parsed(text) == {"mode": "full", "top": 3, "loud": False} | expected


@pytest.mark.parametrize(
    ("text", "made", "key"),
    [
        ("/cut", cut, "commands.missing"),
        ("/cut mode:wild x", cut, "commands.unknown_choice"),
        ("/cut top:many x", cut, "commands.not_whole"),
        ("/cut loud:perhaps x", cut, "commands.not_boolean"),
        ("/choose", choose, "commands.missing"),
        ("/choose c", choose, "commands.unknown_choice"),
        ("/choose a b", choose, "commands.too_much"),
    ],
)
def test_wrong_options_are_named(text: str, made: Command, key: str) -> None:
    with pytest.raises(Apology) as apology:
        parsed(text, made)
    assert apology.value.key == key


def test_a_file_may_bring_the_text_of_the_last_option_alone() -> None:
    async def wrong(
        message: Message, services: Services, *, a: Annotated[str, SOME, InFile(SOME)], b: Annotated[str, SOME]
    ) -> str:
        """一

        一

        One
        """
        return a + b

    with pytest.raises(TypeError, match="last option"):
        command()(wrong)


def test_typed_options_are_taken_as_they_are_and_checked() -> None:
    invocation = Invocation("cut", {"text": "mode:full", "top": 2})
    assert arguments(cut, said("", invocation=invocation))["text"] == "mode:full"
    with pytest.raises(Apology):
        arguments(cut, said("", invocation=Invocation("cut", {"text": "x", "mode": "wild"})))


def test_the_replied_to_message_stands_in_for_missing_text() -> None:
    assert arguments(cut, said("/cut", quote=Quote("1", "引用的话")))["text"] == "引用的话"


@given(st.text())
def test_no_text_is_too_odd_to_parse(text: str) -> None:
    asked_word(text)
    with contextlib.suppress(Apology):
        assert set(parsed(f"/cut {text}")) == {"mode", "top", "loud", "text"}
