"""What can go wrong with the model: what the person is told, what the log is told, what is worth another try."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

from bot.config.settings import Settings
from bot.domain.errors import Apology, Discarded
from bot.telemetry.redaction import blanked

LONGEST_WAIT = 10.0
PAUSE = 0.5
SERVER_ERROR = 500
BUSY = 429
PASSING = frozenset({"chat.busy", "chat.down", "chat.unreachable"})
BY_STATUS = {
    401: "chat.key_refused",
    402: "chat.quota",
    403: "chat.forbidden",
    404: "chat.no_model",
    413: "chat.too_long",
}
# Endpoints agree on few codes, so their messages are read too. They are never logged: they may quote key or prompt.
BY_WORDS = (
    ("chat.quota", re.compile(r"insufficient[_ ](quota|balance)|billing_(hard_limit|not_active)|credit balance")),
    ("chat.busy", re.compile(r"rate[_ ]limit|too many requests")),
    (
        "chat.too_long",
        re.compile(r"context[_ ](length|window|size)|maximum context|prompt is too long|too many (input )?tokens"),
    ),
    (
        "chat.filtered",
        re.compile(r"content[_ ](filter|policy|exists risk|management)|data_inspection|moderation_blocked"),
    ),
    ("chat.down", re.compile(r"server_error|internal[_ ](server[_ ])?error|overloaded|service[_ ]unavailable")),
)
MOST_CHARACTERS = 300
TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^>]*>")
HARMLESS = re.compile(r"[\w.\-\[\]]{1,64}")

Remedy = Literal["shorten", "wait"]


class WebPageError(ValueError):
    """A page for people came instead of an answer: the address is that of a web site, not of an API."""


def apology(error: Exception, settings: Settings) -> Apology:
    """Return what the person is told."""
    if isinstance(error, APITimeoutError | TimeoutError):
        return Apology("chat.timeout", seconds=settings.openai_timeout)
    key = reason(error)
    if key == "chat.busy" and (seconds := retry_after(error)) is not None:
        return Apology("chat.busy_seconds", seconds=max(1, math.ceil(seconds)))
    if key == "chat.filtered":
        return Discarded(key)
    values: dict[str, dict[str, object]] = {
        "chat.no_model": {"model": settings.openai_model},
        "chat.refused": {"status": _status(error)},
    }
    return Apology(key, **values.get(key, {}))


def reason(error: Exception) -> str:
    """Return the sentence of the catalogue for an error that is no timeout."""
    if isinstance(error, APIConnectionError):
        return "chat.unreachable"
    if isinstance(error, WebPageError):
        return "chat.web_page"
    status = _status(error)
    if status in BY_STATUS:
        return BY_STATUS[status]
    words = _words(error)
    told = next((key for key, pattern in BY_WORDS if pattern.search(words)), None)
    if status >= SERVER_ERROR:
        return "chat.down"
    if status == BUSY:
        return "chat.quota" if told == "chat.quota" else "chat.busy"
    return told or ("chat.refused" if status else "chat.broken")


def remedy(error: APIError) -> Remedy | None:
    """Return what to do before the same question is asked once more, or None where that is of no use."""
    if isinstance(error, APITimeoutError):
        return None
    key = reason(error)
    if key == "chat.too_long":
        return "shorten"
    if key == "chat.busy" and retry_after(error) is None:
        return None
    return "wait" if key in PASSING and pause(error) <= LONGEST_WAIT else None


def pause(error: APIError) -> float:
    """Return how many seconds to wait before the next try."""
    seconds = retry_after(error)
    return PAUSE if seconds is None else seconds


def retry_after(error: Exception) -> float | None:
    """Return how many seconds the server asks to wait (`Retry-After`, in seconds or as a date), if it says so."""
    if not isinstance(error, APIStatusError):
        return None
    value = error.response.headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        return _until(value)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def cause(error: Exception) -> dict[str, Any]:
    """Return what the log is told: kinds and codes, never a message, which may quote the key or what was said."""
    found = {
        "error": type(error).__name__,
        "status": _status(error) or None,
        "code": _harmless(getattr(error, "code", None)),
        "type": _harmless(getattr(error, "type", None)),
        "param": _harmless(getattr(error, "param", None)),
        "request": _harmless(getattr(error, "request_id", None)),
        "because": type(error.__cause__).__name__ if error.__cause__ else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def words(error: Exception, secrets: Iterable[str]) -> str:
    """Return what the endpoint says itself, or the network, on one short line without secrets.

    It may quote the question: it is for the owner's eyes, and where the question is nobody's.
    """
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail") or body
    said = body or str(error.__cause__ or "")
    text = blanked(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str), secrets)
    if text.lstrip().startswith("<"):
        title = TITLE.search(text)
        text = title[1] if title else TAG.sub(" ", text)
    line = " ".join(text.split())
    return line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]}…"


def _until(date: str) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return None


def _status(error: Exception) -> int:
    return error.status_code if isinstance(error, APIStatusError) else 0


def _words(error: Exception) -> str:
    body = error.body if isinstance(error, APIError) else None
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)
    return text.lower()


def _harmless(value: object) -> str | None:
    return value if isinstance(value, str) and HARMLESS.fullmatch(value) else None
