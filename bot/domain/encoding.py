"""Values as text: keys that none can imitate, lines of JSON, and what no reader sees. Standard library only."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import quote

T = TypeVar("T")
# Nobody sees these, and they change what is seen: controls (but for line feed and tab), and those of the direction of
# writing, which can make a link or a file read as another.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@functools.lru_cache(maxsize=4096)
def joined(*parts: str) -> str:
    """Return text that no other parts give: each is percent-encoded, so that none can imitate a border."""
    return ":".join(quote(part, safe="") for part in parts)


def mended(text: str) -> str:
    """Return a text that UTF-8 can carry: a lone surrogate becomes U+FFFD (as long as itself), a pair one character."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _fields_of(value: Any) -> dict[str, Any]:
    """Return a dataclass's own fields: `asdict` copies them deeply, which takes ten times as long."""
    fields = ((name, getattr(value, name)) for name in value.__slots__)
    return {name: mended(field) if isinstance(field, str) else field for name, field in fields}


# `json.dumps` would make one at every call, which takes as long as encoding a short text.
_ENCODER = json.JSONEncoder(default=_fields_of, separators=(",", ":"))
_UTF8_ENCODER = json.JSONEncoder(default=_fields_of, separators=(",", ":"), ensure_ascii=False)


def line_of(value: Any) -> str:
    """Return a value, with the dataclasses in it, as one line of ASCII JSON; their texts are `mended`.

    What is kept is read by scripts in Redis, too, whose JSON knows no lone surrogates.
    """
    return _ENCODER.encode(value)


def utf8_line_of(value: Any) -> str:
    """Return a dataclass as one line of JSON that takes no more bytes than its texts do: `line_of` takes six for 好."""
    return _UTF8_ENCODER.encode(value)


def readable(kind: Callable[..., T], lines: Iterable[str]) -> tuple[T, ...]:
    """Return what lines hold, without those that hold nothing of this kind."""
    found = []
    for line in lines:
        with suppress(ValueError, TypeError, RecursionError):
            found.append(kind(**json.loads(line)))
    return tuple(found)
