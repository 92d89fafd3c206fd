"""The prompt of a person: keys, completion, and stopping an answer under way."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot import discovery
from bot.domain.message import Message
from bot.platforms.console.filter import PlainScreen
from bot.platforms.console.platform import Console
from bot.platforms.console.prompt import PromptDesk, Suggestions
from bot.platforms.console.script import Script

CTRL_C, CTRL_D, CTRL_R, ENTER = "\x03", "\x04", "\x12", "\r"


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as source:
        yield source


class Desk(PromptDesk):
    """A prompt at which keys are typed by the test."""

    def __init__(self, keys: PipeInput) -> None:
        self.hints: list[str] = []
        super().__init__(
            Script("me"),
            discovery.commands(),
            "en",
            InMemoryHistory(),
            hint=lambda: self.hints.append("hint"),
            input=keys,
            output=DummyOutput(),
        )

    async def typed(self) -> list[str]:
        """Return the lines that the keys make."""
        return [line async for line in self.lines()]


async def test_lines_are_what_is_typed_until_control_d(keys: PipeInput) -> None:
    desk = Desk(keys)
    keys.send_text(f"你好{ENTER}@ann: hi{ENTER}{CTRL_D}")
    assert await desk.typed() == ["你好", "@ann: hi"]


async def test_control_c_empties_the_line_and_twice_on_an_empty_one_ends(keys: PipeInput) -> None:
    desk = Desk(keys)
    keys.send_text(f"oops{CTRL_C}hi{ENTER}{CTRL_C}{CTRL_C}")
    assert await desk.typed() == ["hi"]
    assert desk.hints == ["hint"]


async def test_a_line_between_two_control_c_goes_on(keys: PipeInput) -> None:
    desk = Desk(keys)
    keys.send_text(f"{CTRL_C}hi{ENTER}{CTRL_C}{CTRL_C}")
    assert await desk.typed() == ["hi"]
    assert desk.hints == ["hint", "hint"]


async def test_one_control_c_leaves_the_search_and_the_line_that_was_typed_before_stands_again(keys: PipeInput) -> None:
    desk = Desk(keys)
    keys.send_text(f"one{ENTER}tw{CTRL_R}on{CTRL_C}o{ENTER}{CTRL_R}{CTRL_C}three{ENTER}{CTRL_D}")
    assert await desk.typed() == ["one", "two", "three"]
    assert desk.hints == []


async def test_control_c_during_an_answer_asks_for_attention_and_other_keys_wait(keys: PipeInput) -> None:
    desk, attention = Desk(keys), asyncio.Event()
    keys.send_text(f"ne{CTRL_C}")
    await desk.watch(attention)
    assert attention.is_set()
    keys.send_text(f"xt{ENTER}{CTRL_D}")
    assert await desk.typed() == ["next"]


async def test_an_answer_that_is_over_ends_the_watch(keys: PipeInput) -> None:
    attention = asyncio.Event()
    attention.set()
    await Desk(keys).watch(attention)
    assert attention.is_set()


def suggested(text: str, script: Script | None = None) -> list[str]:
    suggestions = Suggestions(script or Script("me"), discovery.commands(), "en")
    return [each.text for each in suggestions.get_completions(Document(text), CompleteEvent())]


def test_commands_are_completed_by_any_of_their_names() -> None:
    assert suggested("/hel") == ["/help"]
    assert suggested("/帮") == ["/帮助"]
    assert suggested("／hel") == ["／help"]
    assert suggested("hel") == []


def test_the_choices_of_a_commands_option_are_completed() -> None:
    assert suggested("/options mem") == ["memory"]


def test_people_and_groups_that_were_heard_of_are_completed() -> None:
    script = Script("me")
    script.read("#dev @ann: hi")
    assert suggested("@a", script) == ["@ann"]
    assert suggested("#d", script) == ["#dev"]
    assert suggested("#dev @yi", script) == ["@yingda"]


async def test_control_c_stops_the_answer_as_the_command_does(keys: PipeInput) -> None:
    """The bot's side is played: an answer that ends only when it is told to stop."""
    said: list[Message] = []
    script, desk = Script("me"), Desk(keys)
    console = Console(script, desk, PlainScreen(io.BytesIO()))

    async def receive(message: Message) -> None:
        said.append(message)
        if message.text == "/stop":
            await console.outlet(said[0]).done()
            await console.outlet(message).done()
            keys.send_text(CTRL_D)
        else:
            keys.send_text(CTRL_C)

    async def moved(platform: str, old: str, new: str) -> None:
        raise AssertionError

    keys.send_text(f"tell me everything{ENTER}")
    await console.listen(receive, moved)
    assert [each.text for each in said] == ["tell me everything", "/stop"]
    assert said[1].conversation == said[0].conversation
