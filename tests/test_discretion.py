"""What looks over every test's shoulder: it sees what is told, and nothing where nothing is."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from bot.telemetry.logging import turn_of
from tests.discretion import faults, overhearing
from tests.people import said
from tests.servers.discord import DiscordServer
from tests.servers.openai import OpenAI
from tests.servers.overheard import LEDGER
from tests.servers.telegram import TelegramServer

ROOT = Path(__file__).resolve().parents[1]
SECRET, TEXT = "123:te/st", 'what alice said in "private"'


def told(log: Any) -> list[str]:
    """Return what is found in what a function logs, where a secret is kept and something was said."""
    with overhearing() as ears:
        LEDGER.now.keeps(SECRET)
        LEDGER.now.says(TEXT)
        log()
        return faults(ears, LEDGER.now)


def failing(error: Exception, level: str = "exception", **fields: Any) -> Any:
    """Return a function that logs an exception."""

    def log() -> None:
        try:
            raise error  # noqa: TRY301 — as a stage's would be
        except Exception:  # noqa: BLE001 — any
            getattr(structlog.get_logger("bot.x"), level)("failed", exc_info=True, **fields)

    return log


@pytest.mark.parametrize(
    "log",
    [
        lambda: structlog.get_logger("bot.x").debug("here", token=SECRET),
        lambda: structlog.get_logger("bot.x").debug("here", url="https://host/bot123%3Ate%2Fst/getMe"),
        lambda: logging.getLogger("bot.x").debug("calling %s", SECRET),
        lambda: structlog.get_logger("handlers.x").info("heard", text=TEXT),
        lambda: structlog.get_logger("handlers.x").info("heard", text=[TEXT]),
        lambda: structlog.get_logger("handlers.x").info("heard", text=json.dumps(TEXT)),
        lambda: logging.getLogger("redis").warning("refused: %s", TEXT),
        lambda: logging.getLogger("bot.x").error("the beginning is enough: %s", TEXT[:20]),
        failing(KeyError("x"), value=TEXT),
        failing(KeyError(TEXT.encode()), level="warning", found=TEXT.upper().lower()),
    ],
)
def test_what_is_told_is_seen(log: Any) -> None:
    assert told(log)


@pytest.mark.parametrize(
    "log",
    [
        lambda: None,
        lambda: structlog.get_logger("bot.x").debug("heard", text=TEXT),
        lambda: structlog.get_logger("bot.x").info("here", token="[secret]"),
        lambda: logging.getLogger("redis").warning("calling %s", SECRET),  # the bot blanks it
        failing(KeyError(TEXT)),
    ],
)
def test_where_nothing_is_told_nothing_is_seen(log: Any) -> None:
    assert told(log) == []


def test_what_a_test_captures_is_seen_too() -> None:
    def log() -> None:
        with capture_logs(), turn_of(said("hello")):
            structlog.get_logger("bot.x").bind(text=TEXT).warning("heard")

    assert len(told(log)) == 1


@pytest.mark.parametrize("text", ["hello", "aaaaaaaa", "2026-11-23", "       7 "])
def test_what_stands_in_logs_by_chance_is_no_fault(text: str) -> None:
    with overhearing() as ears:
        LEDGER.now.says(text)
        structlog.get_logger("bot.x").info(f"aaaaaaaa hello 2026-11-23 7 {text}")
        assert faults(ears, LEDGER.now) == []


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ({"level": "info", "event": TEXT}, 1),
        ({"level": "debug", "event": TEXT}, 0),
        ({"level": "debug", "event": SECRET}, 1),
        (f"Traceback: {TEXT}", 1),
        ("all is well", 0),
    ],
)
def test_the_log_of_another_process_is_read_too(line: Any, count: int) -> None:
    written = line if isinstance(line, str) else json.dumps(line)
    with overhearing() as ears:
        LEDGER.now.environment({"TELEGRAM_TOKEN": SECRET, "REDIS_URL": "redis://:pass%2Fword@host/0"})
        LEDGER.now.says(TEXT)
        LEDGER.now.logs["there"] = f"all is well\n{written}\n"
        assert len(faults(ears, LEDGER.now)) == count
        assert LEDGER.now.secrets >= {"pass%2Fword", "pass/word"}


async def test_the_loopback_servers_note_what_people_say_and_what_is_secret() -> None:
    with overhearing():
        async with TelegramServer() as telegram, DiscordServer() as discord, OpenAI() as model:
            await telegram.private("alice").says("to telegram")
            await discord.dm("bob").says("to discord")
            model.say("from ", "the model")
            said("to the scene")
        assert LEDGER.now.texts >= {"to telegram", "to discord", "from the model", "to the scene"}
        assert LEDGER.now.secrets == {telegram.token, discord.token, model.key}
    assert "to telegram" not in LEDGER.now.texts


TESTS = """
import structlog
from tests.conftest import discreet  # noqa: F401
from tests.servers.overheard import LEDGER

def test_that_tells():
    LEDGER.now.says("what alice said")
    structlog.get_logger("bot.x").info("heard", text="what alice said")

def test_that_does_not():
    LEDGER.now.says("what alice said")
    structlog.get_logger("bot.x").info("heard")
"""


def test_a_test_that_tells_fails(tmp_path: Path) -> None:
    (tmp_path / "test_telling.py").write_text(TESTS, encoding="utf-8")
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", *options, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True, timeout=50)
    assert "2 passed, 1 error" in done.stdout
    assert "what was said, 'what alice said', is logged" in done.stdout
