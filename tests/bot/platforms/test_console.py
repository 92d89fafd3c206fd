"""The whole bot behind the console: lines in, answers out."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_house
from bot.config.settings import Settings
from bot.platforms.console.filter import FilterDesk, JsonScreen, PlainScreen
from bot.platforms.console.platform import Console
from bot.platforms.console.script import Script

RULES = """
rules:
  - id: price
    patterns: [价格, price]
    answers: [完全免费]
  - id: echo
    patterns: [echo]
    answers: ["{sender}\\n{match}"]
"""


@pytest.fixture
def here(settings: Settings) -> Settings:
    (settings.content_dir / "rules.yaml").write_text(RULES, encoding="utf-8")
    return settings.model_copy(update={"stages": ("commands", "rules")})


async def talk(settings: Settings, lines: bytes, *, output: Any = None, json_lines: bool = False) -> str:
    output = output or io.BytesIO()
    screen = JsonScreen(output) if json_lines else PlainScreen(output)
    console = Console(Script("me"), FilterDesk(io.BytesIO(lines)), screen)
    async with open_house(settings, lambda *_: {"console": console}) as house:
        await house.listen()
    return bytes(output.getvalue()).decode()


async def objects(settings: Settings, lines: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await talk(settings, lines.encode(), json_lines=True)).splitlines()]


async def test_each_line_is_answered_in_its_order(here: Settings) -> None:
    lines = "".join(f"@p{number}: echo\n" for number in range(30))
    assert await talk(here, lines.encode()) == "".join(f"p{number}\necho\n" for number in range(30))


async def test_a_last_line_without_an_end_is_answered(here: Settings) -> None:
    assert await talk(here, "價格".encode()) == "完全免费\n"


async def test_what_nobody_answers_prints_nothing(here: Settings) -> None:
    assert await talk(here, b"#dev @ann: lunch?\n\n   \n#dev\n") == ""


async def test_every_line_that_says_something_has_its_object(here: Settings) -> None:
    answered, silent, unknown = await objects(here, "price\n\n#dev @ann: lunch?\nwhat is life?\n")
    assert answered["text"] == "完全免费"
    assert answered["source"] == {"kind": "rule", "id": "price", "confidence": 1.0}
    assert answered["choices"] == []
    assert answered["milliseconds"] > 0
    assert (silent["text"], silent["source"]["kind"]) == ("", "none")
    assert (unknown["source"]["kind"], bool(unknown["text"])) == ("none", True)


async def test_bytes_that_are_no_text_are_a_message_like_any_other(here: Settings) -> None:
    assert await talk(here, b"\xff\xfe price \x80\n" + "价格".encode("gb18030") + b"\nprice\n") != ""


async def test_a_hundred_thousand_characters_are_answered(here: Settings) -> None:
    assert await talk(here, "啊".encode() * 100_000 + b" price\nprice\n") == "完全免费\n完全免费\n"


async def test_escape_sequences_never_reach_the_terminal(here: Settings) -> None:
    printed = await talk(here, b"echo\n@a\x1b[31mb: echo\n/\x1b[31m\x9b31m\n")
    assert "\x1b" not in printed


async def test_memory_is_the_persons_own_and_outlives_the_run(here: Settings) -> None:
    await talk(here, b"@ann: price\n")
    assert "price" in await talk(here, b"@ann: /memory\n")
    assert "price" not in await talk(here, b"@bob: /memory\n")


async def test_the_one_at_the_terminal_administers_groups_and_those_they_play_do_not(here: Settings) -> None:
    mine, anns = await objects(here, "#dev: /options\n#dev @ann: /options\n")
    assert mine["source"]["kind"] == "command"
    assert anns["source"]["kind"] == "error"


class Pipe(io.BytesIO):
    """An output whose reader goes away after the first line."""

    def write(self, data: Any, /) -> int:
        if self.getvalue():
            raise BrokenPipeError
        return super().write(data)


async def test_when_nobody_reads_any_more_the_rest_is_left(here: Settings) -> None:
    assert await talk(here, b"price\n" * 1000, output=Pipe()) == "完全免费\n"


async def test_a_stop_with_nothing_to_stop_is_answered(here: Settings, tmp_path: Path) -> None:
    (stopped,) = await objects(here, "/stop\n")
    assert stopped["source"] == {"kind": "command", "id": "stop", "confidence": None}
