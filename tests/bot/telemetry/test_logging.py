"""What is written to the log: readable, and without secrets, values and what people said."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sys
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from bot.telemetry.logging import told_by_loop, turn_of
from bot.telemetry.redaction import BLANK, QuietHandler, RedactingFormatter, discreet_traceback, plain_traceback
from tests.people import said

SECRETS = ('pass"wörd/1', "123:test", "abc")


def written(record: dict[str, Any], *, traceback: Any = discreet_traceback) -> str:
    """Return what becomes of a record."""
    render = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    formatter = RedactingFormatter(SECRETS, processors=[remove, traceback, render])
    return formatter.format(logging.makeLogRecord({"levelno": 40, "levelname": "ERROR", **record}))


def failed(error: Exception) -> Any:
    """Raise an error in a function that has a secret; return what `exc_info` is then."""
    token = SECRETS[1]
    try:
        raise error
    except type(error):
        assert token
        return sys.exc_info()


@pytest.mark.parametrize(
    "text",
    [
        'redis://:pass"wörd/1@host',
        "redis://:pass%22w%C3%B6rd%2F1@host",
        "redis://:pass%22w%C3%B6rd/1@host",
        repr('pass"wörd/1'),
        json.dumps('pass"wörd/1'),
        "https://api.telegram.org/bot123:test/getMe",
    ],
)
def test_a_secret_is_blanked_in_whatever_shape_it_comes(text: str) -> None:
    line = written({"msg": "calling %s", "args": (text,)})
    assert BLANK in line
    assert "rd/1" not in line
    assert "rd%2F1" not in line
    assert "123:test" not in line


def test_a_secret_in_the_value_of_a_field_is_blanked() -> None:
    event = {"event": "connecting", "url": "bot123:test", "more": ["123:test"]}
    line = written({"msg": event, "_logger": None, "_name": "info"})
    assert json.loads(line)["more"] == [BLANK]
    assert json.loads(line)["url"] == f"bot{BLANK}"


def test_what_is_too_short_to_be_a_secret_stays() -> None:
    assert "abc" in written({"msg": "abc"})


def test_a_traceback_tells_where_and_of_which_type_but_no_message_and_no_values() -> None:
    told = json.loads(written({"msg": "failed", "exc_info": failed(KeyError("what alice said"))}))["exception"]
    assert told.splitlines()[-1] == "builtins.KeyError"
    assert "test_logging.py" in told
    assert "alice" not in told
    assert "123:test" not in told


def test_what_led_to_an_error_and_what_it_bundles_is_told_too() -> None:
    bundle = ExceptionGroup("what bob said", [ValueError("what alice said"), KeyError("x")])
    bundle.__cause__ = OSError("what carol said")
    lines = json.loads(written({"msg": "failed", "exc_info": failed(bundle)}))["exception"].splitlines()
    assert lines[:2] == ["builtins.OSError", "which led to:"]
    assert lines[-3:] == ["builtins.ExceptionGroup", "  | builtins.ValueError", "  | builtins.KeyError"]
    assert "said" not in "".join(line for line in lines if "File" not in line and "failed" not in line)


def test_errors_that_lead_to_each_other_are_told_once() -> None:
    one, two = ValueError("1"), KeyError("2")
    one.__cause__, two.__cause__ = two, one
    assert json.loads(written({"msg": "x", "exc_info": failed(one)}))["exception"].count("builtins.ValueError") == 1


def test_the_message_of_an_error_is_told_where_it_may_be_but_never_a_secret() -> None:
    line = written({"msg": "x", "exc_info": failed(KeyError("no 123:test there"))}, traceback=plain_traceback)
    assert "no [secret] there" in line


def test_a_record_that_cannot_be_written_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    handler = QuietHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(SECRETS, processors=[structlog.processors.JSONRenderer()]))
    handler.handle(logging.makeLogRecord({"msg": "%d messages", "args": ("what alice said",), "lineno": 7}))
    told = capsys.readouterr().err
    assert "could not be written" in told
    assert "alice" not in told


def test_every_record_of_a_turn_says_which_turn_and_whose() -> None:
    message = said("hello")
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        with turn_of(message):
            structlog.get_logger().info("inside")
        structlog.get_logger().info("outside")
    assert logs[0]["conversation"] == message.conversation.hash
    assert len(logs[0]["turn"]) == 12
    assert "turn" not in logs[1]


def test_a_message_taken_up_again_is_the_same_turn() -> None:
    message = said("hello")
    turns = []
    for each in (message, type(message).load(message.dump()), said("hello")):
        with turn_of(each):
            turns.append(structlog.contextvars.get_contextvars()["turn"])
    assert turns[0] == turns[1] != turns[2]


async def test_a_task_that_nobody_waited_for_is_logged_without_what_it_holds() -> None:
    async def failing() -> None:
        raise KeyError("what alice said")

    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(told_by_loop)
    with capture_logs() as logs:
        task = loop.create_task(failing())
        await asyncio.wait({task})
        del task
        gc.collect()
    loop.set_exception_handler(before)
    assert [each["event"] for each in logs] == ["Task exception was never retrieved"]
    assert "alice" not in str({key: value for key, value in logs[0].items() if key != "exc_info"})
