"""`chat` in a real terminal: what a person types, and what they see."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.bot.cli.command_line import environment
from tests.looking import seen
from tests.servers.openai import KEY, MODEL, OpenAI, Stall

CTRL_C, CTRL_D, CTRL_R, ENTER = "\x03", "\x04", "\x12", "\r"


class Person:
    """Sits at a terminal in which `chat` runs."""

    def __init__(self, terminal: int, process: asyncio.subprocess.Process) -> None:
        self._terminal = terminal
        self._screen = bytearray()
        self._changed = asyncio.Event()
        self.process = process
        asyncio.get_running_loop().add_reader(terminal, self._look)

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    async def sees(self, text: str) -> str:
        """Wait for a text to appear after what was seen before. Return what was shown until then."""
        while (found := self._screen.find(text.encode())) < 0:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), 30)
            except TimeoutError:
                pytest.fail(f"{text!r} did not appear in {self._screen.decode(errors='replace')!r}")
        until = self._screen[:found].decode(errors="replace")
        del self._screen[: found + len(text.encode())]
        return until

    def _look(self) -> None:
        try:
            seen = os.read(self._terminal, 65536)
        except OSError:  # the other side is closed
            seen = b""
        if not seen:
            asyncio.get_running_loop().remove_reader(self._terminal)
        self._screen += seen
        self._changed.set()


@asynccontextmanager
async def sitting(
    directory: Path, server: OpenAI, errors: BinaryIO | None = None, **others: str
) -> AsyncIterator[Person]:
    """Start `chat` in a terminal of its own, and see that it leaves the terminal as it found it.

    Its standard error is that terminal, too, or a file.
    """
    terminal, inside = pty.openpty()
    before = termios.tcgetattr(inside)
    variables = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY, "OPENAI_MODEL": MODEL, "STAGES": "commands,chat"}
    told = environment(directory, **variables, TERM="xterm", PROMPT_TOOLKIT_NO_CPR="1")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "chat", "--user", "ann"),
        stdin=inside,
        stdout=inside,
        stderr=errors or inside,
        cwd=directory,
        env={**told, **others},
    )
    person = Person(terminal, process)
    try:
        yield person
        assert await asyncio.wait_for(process.wait(), 30) == 0
        assert termios.tcgetattr(inside) == before
    finally:
        asyncio.get_running_loop().remove_reader(terminal)
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(terminal)
        os.close(inside)


@pytest.fixture
async def server() -> AsyncIterator[OpenAI]:
    async with OpenAI() as server:
        yield server


async def test_a_person_asks_stops_the_answer_becomes_another_and_leaves(tmp_path: Path, server: OpenAI) -> None:
    server.say("It all ", "began", Stall())
    async with sitting(tmp_path, server) as person:
        await person.sees("yingda, in the terminal")
        person.type(f"tell me a story{ENTER}")
        await person.sees("It all began")
        person.type(CTRL_C)
        await person.sees("(stopped)")
        person.type(f"@bob{ENTER}")
        await person.sees("@bob")
        person.type(f"/start{ENTER}")
        await person.sees("Hello bob!")
        await person.sees("〔command start〕")
        person.type(CTRL_D)


@pytest.mark.parametrize("keys", [f"{CTRL_R}{CTRL_C}", f"{CTRL_R}sta{CTRL_C}{CTRL_C}", f"{CTRL_R}{CTRL_R}x{CTRL_C}"])
async def test_who_leaves_the_search_by_control_c_can_go_on_typing(tmp_path: Path, server: OpenAI, keys: str) -> None:
    async with sitting(tmp_path, server) as person:
        await person.sees("›")
        for _ in range(2):
            person.type(keys)
            person.type(f"/start{ENTER}")
            await person.sees("〔command start〕")
        person.type(CTRL_D)


async def test_the_log_is_written_above_the_line_that_is_being_typed(tmp_path: Path, server: OpenAI) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("- pattern: hello\n  answers: hi\n")
    async with sitting(tmp_path, server, CONTENT_DIR=str(tmp_path), STAGES="commands,rules") as person:
        await person.sees("›")
        person.type("/sta")
        await person.sees("/sta")
        rules.write_text("- pattern: hello\n")
        await person.sees("content refused")
        await person.sees("@ann")
        await person.sees("/sta")
        rules.write_text("- pattern: hello\n  answers: hey\n")
        await person.sees("content reloaded")
        await person.sees("@ann")
        await person.sees("/sta")
        person.type(f"rt{ENTER}")
        await person.sees("〔command start〕")
        person.type(CTRL_D)


async def test_a_log_that_goes_to_a_file_goes_there_also_while_one_types(tmp_path: Path, server: OpenAI) -> None:
    rules, log = tmp_path / "rules.yaml", tmp_path / "log"
    rules.write_text("- pattern: hello\n  answers: hi\n")

    async def refused() -> bool:
        return b"content refused" in log.read_bytes()

    with log.open("wb") as errors:
        async with sitting(tmp_path, server, errors, CONTENT_DIR=str(tmp_path), STAGES="rules") as person:
            await person.sees("›")
            rules.write_text("- pattern: hello\n")
            assert await seen(refused, 30)
            person.type(CTRL_D)


async def test_a_chinese_chat_stays_chinese_and_a_stopped_answer_says_so_once(tmp_path: Path, server: OpenAI) -> None:
    server.say("从前", "有座山", Stall())
    async with sitting(tmp_path, server, LANG="C.UTF-8") as person:
        person.type(f"讲个故事{ENTER}")
        await person.sees("从前有座山")
        person.type(CTRL_C)
        await person.sees("（已停止）")
        person.type(f"/help{ENTER}")
        shown = await person.sees("列出所有命令")
        assert "Stopped" not in shown
        assert "已停止。" not in shown
        person.type(CTRL_D)


async def test_a_polite_end_from_outside_leaves_the_terminal_in_order(tmp_path: Path, server: OpenAI) -> None:
    async with sitting(tmp_path, server) as person:
        await person.sees("›")
        person.process.send_signal(signal.SIGTERM)
