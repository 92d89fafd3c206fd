"""No secret at any level, and nothing that people say from INFO on, is in anything that a test makes the bot log.

Every test is looked at: `discreet` of `tests/conftest.py` fails the one in which something is told. What the process
logs itself is taken as the bot would write it, what bots in other processes log from where the servers note it.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import ahocorasick_rs
import structlog

from bot.telemetry.logging import QUIET
from bot.telemetry.redaction import RedactingFormatter, discreet_traceback, plain_traceback
from tests.servers.overheard import LEDGER, Overheard

OURS = ("bot", "handlers")
# A shorter text, or one of few different characters, is found in logs by chance.
SHORTEST, FEWEST = 6, 4
# Of a longer text its beginning is not told either.
BEGINNING = 20
LEVELS = {name.lower(): level for name, level in logging.getLevelNamesMapping().items()}


@dataclass(frozen=True)
class Line:
    """What was logged: as the bot writes it at INFO, with nothing blanked; `loud` as it does at DEBUG, blanked."""

    level: int
    text: str
    loud: str
    ours: bool


@dataclass
class Ears(logging.Handler):
    """Takes down everything that is logged in this process."""

    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(logging.DEBUG)

    def __hash__(self) -> int:
        return id(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record down."""
        ours = record.name.partition(".")[0] in OURS
        text = _formatter((), discreet_traceback).format(_copy(record))
        loud = _formatter(LEDGER.now.secrets, plain_traceback).format(_copy(record))
        self.lines.append(Line(record.levelno, text, loud, ours))


class Overhearing(structlog.stdlib.BoundLogger):
    """A logger whose events are taken down also where a test captures them."""

    def _process_event(self, method_name: str, event: str | None, event_kw: dict[str, Any]) -> Any:
        if ears := next((each for each in logging.getLogger().handlers if isinstance(each, Ears)), None):
            fields = {**structlog.contextvars.get_contextvars(), **self._context, **event_kw, "event": event}
            name = str(getattr(self._logger, "name", "bot"))
            level = LEVELS["error" if method_name == "exception" else method_name]
            record = logging.makeLogRecord({"name": name, "levelno": level, "levelname": method_name, "msg": fields})
            error = event_kw.get("exc_info", method_name == "exception")
            record.exc_info = sys.exc_info() if error is True else error or None
            ears.emit(record)
        return super()._process_event(method_name, event, event_kw)


@contextmanager
def overhearing() -> Iterator[Ears]:
    """Take down what is logged meanwhile, and nothing else; what is logged and said is not heard by others then."""
    root = logging.getLogger()
    ears, before, level, ledger = Ears(), root.handlers[:], root.level, LEDGER.now
    configured = structlog.get_config()
    LEDGER.now = Overheard()
    root.handlers = [ears, *(each for each in before if not isinstance(each, Ears))]
    root.setLevel(logging.DEBUG)
    _configure()
    try:
        yield ears
    finally:
        structlog.configure(**configured)
        root.setLevel(level)
        root.handlers = before
        LEDGER.now = ledger


def _configure() -> None:
    """Let events go the way that they go in the bot, ours of every level."""
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=Overhearing,
        cache_logger_on_first_use=False,
    )


def faults(ears: Ears, heard: Overheard) -> list[str]:
    """Return what was told that should not have been, a sentence each."""
    secrets, texts = _finder(_forms(heard.secrets)), _finder(_forms(_telling(heard.texts)))
    found: list[str] = []
    for line in ears.lines:
        told = f"{line.text}\n{line.loud}" if line.ours else line.loud
        found += [f"the secret {each!r} is logged: {told}" for each in secrets(told)]
        if line.level >= logging.INFO:
            found += [f"what was said, {each!r}, is logged: {line.text}" for each in texts(line.text)]
    for where, log in heard.logs.items():
        for written in log.splitlines():
            found += [f"the secret {each!r} is in {where}: {written}" for each in secrets(written)]
            if _level(written) >= logging.INFO:
                found += [f"what was said, {each!r}, is in {where}: {written}" for each in texts(written)]
    return found


def _telling(texts: Iterable[str]) -> Iterator[str]:
    for text in map(str.strip, texts):
        if len(text) >= SHORTEST and len(set(text)) >= FEWEST and any(each.isalpha() for each in text):
            yield text[:BEGINNING].strip()


def _forms(texts: Iterable[str]) -> set[str]:
    """Return every shape in which a text may stand in a log."""
    return {
        form
        for text in texts
        if len(text) >= SHORTEST
        for form in (
            text,
            repr(text)[1:-1],
            json.dumps(text)[1:-1],
            json.dumps(json.dumps(text))[3:-3],
            json.dumps(text, ensure_ascii=False)[1:-1],
            quote(text.encode("utf-8", "surrogatepass"), safe=""),
        )
    }


def _finder(forms: set[str]) -> Any:
    speakable = [form for form in forms if form.isprintable()]
    if not speakable:
        return lambda _: set()
    automaton = ahocorasick_rs.AhoCorasick(speakable)
    return lambda text: set(automaton.find_matches_as_strings(text))


def _formatter(secrets: Iterable[str], traceback: structlog.typing.Processor) -> RedactingFormatter:
    rendered = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    removed = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    chain = [structlog.stdlib.add_logger_name, structlog.contextvars.merge_contextvars]
    return RedactingFormatter(secrets, processors=[removed, traceback, rendered], foreign_pre_chain=chain)


def _copy(record: logging.LogRecord) -> logging.LogRecord:
    """Return a record that may be formatted without another handler's noticing."""
    copied = logging.makeLogRecord(record.__dict__)
    if isinstance(record.msg, dict):
        copied.msg = dict(record.msg)
    return copied


def _level(written: str) -> int:
    try:
        return LEVELS.get(json.loads(written)["level"], logging.INFO)
    except (ValueError, KeyError, TypeError):
        return logging.INFO
