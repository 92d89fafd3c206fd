"""What the owner adds to every request to the model's endpoint: fields of its body and headers, each a JSON object."""

from __future__ import annotations

import json
import re
from typing import Any

# The bot reads a stream, and what was said is its own affair.
OURS = frozenset({"messages", "stream"})
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
BODY = 'a JSON object of fields is expected, like {"enable_thinking": false}'
HEADERS = 'a JSON object of names and texts is expected, like {"X-Title": "yingda"}'


def fields(value: Any) -> dict[str, Any]:
    """Return the fields of a body from JSON. Raises ValueError, whose message never repeats a value."""
    found = _object(value, BODY)
    if OURS & found.keys():
        raise ValueError("messages and stream are the bot's own and are never replaced: leave them out")
    return found


def headers(value: Any) -> dict[str, str]:
    """Return headers from JSON. Raises ValueError, whose message never repeats a name or a value."""
    found = _object(value, HEADERS)
    for name, text in found.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"{HEADERS}; a name has letters, digits and hyphens and nothing else")
        if not (isinstance(text, str) and text.isascii() and text.isprintable()):
            raise ValueError(f"{HEADERS}; a value is ASCII in quotation marks, one line without control characters")
    return {name: text.strip() for name, text in found.items()}


def _object(value: Any, expected: str) -> dict[str, Any]:
    """Return a JSON object that can be sent: what Python alone takes for JSON (NaN, half a character) is none."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    raise ValueError(expected)
