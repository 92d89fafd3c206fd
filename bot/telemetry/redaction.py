"""What is kept out of the log: secrets, whoever lets them slip, and the messages of exceptions."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import structlog

BLANK = "[secret]"
# A shorter "secret" would blank ordinary words and protect nothing.
SHORTEST = 4


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Blanks secrets in what a record has become, whoever logged it and wherever in it they stand."""

    def __init__(self, secrets: Iterable[str], processors: Sequence[structlog.typing.Processor], **more: Any) -> None:
        # Before the last processor makes one text of a record, which may escape what its values hold.
        super().__init__(processors=[*processors[:-1], self._values, processors[-1]], **more)
        self._secrets = _pattern(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as it is written."""
        return self.blanked(super().format(record))

    def blanked(self, text: str) -> str:
        """Return a text without secrets."""
        return self._secrets.sub(BLANK, text) if self._secrets else text

    def _values(self, _logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {name: self.blanked(value) if isinstance(value, str) else value for name, value in event.items()}


class QuietHandler(logging.StreamHandler[Any]):
    """Writes records. One that cannot be written is not printed with all it holds, as the library would."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 — the library's name
        """Say which call could not be logged, and nothing of what it said."""
        error = type(sys.exc_info()[1]).__name__
        self.stream.write(f"a log record could not be written: {record.pathname}:{record.lineno} ({error})\n")


def blanked(text: str, secrets: Iterable[str]) -> str:
    """Return a text without these secrets, in whatever shape they stand in it."""
    pattern = _pattern(secrets)
    return pattern.sub(BLANK, text) if pattern else text


def plain_traceback(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Render a record's exception with its message, as Python does (and without the values of variables)."""
    return _rendered(event, lambda error: "".join(traceback.format_exception(error)).rstrip())


def discreet_traceback(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Render a record's exception as files, lines and types alone: its message may quote what people said."""
    return _rendered(event, lambda error: "\n".join(_lines(error, set())))


def _rendered(event: structlog.typing.EventDict, render: Callable[[BaseException], str]) -> structlog.typing.EventDict:
    error = event.pop("exc_info", None)
    if error and not isinstance(error, BaseException):
        error = (sys.exc_info() if error is True else error)[1]
    if error:
        event["exception"] = render(error)
    return event


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    """Return the lines about an exception, after those about what led to it; bundled ones are indented."""
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before and id(before) not in seen:
        yield from (*_lines(before, seen), "which led to:")
    yield from "".join(traceback.format_tb(error.__traceback__)).splitlines()
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    for each in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from (f"  | {line}" for line in _lines(each, seen))


def _pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds every secret, as it is, percent-encoded, and as JSON or a representation would show it."""
    shapes = {
        shape
        for secret in secrets
        if len(secret) >= SHORTEST
        for shape in (
            secret,
            quote(secret, safe=""),
            quote(secret),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            repr(secret)[1:-1],
        )
    }
    longest_first = sorted(shapes, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if shapes else None
