"""Addresses that may hold a password: which that is, and what of an address may be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus, urlsplit

UNREADABLE = "it cannot be read; in a password the signs / ? # @ : % are written %2F %3F %23 %40 %3A %25"


def passwords(url: str) -> Iterator[str]:
    """Yield the passwords of an address, as they stand there and as they are meant; of other texts, nothing.

    Redis takes them before the host (`redis://:password@host`) and among the options (`?password=…&ssl_password=…`).
    """
    try:
        parts = urlsplit(url if "//" in url else "")
    except ValueError:
        return
    if parts.password:
        yield from (parts.password, unquote(parts.password))
    for option in parts.query.split("&"):
        name, _, value = option.partition("=")
        if value and unquote_plus(name).endswith("password"):
            # The client decodes what has been decoded already.
            yield from (value, unquote_plus(value), unquote(unquote_plus(value)))


def told(url: str) -> str:
    """Return an address without what nobody is to read: user, password and options."""
    return re.split("[?#]", url, maxsplit=1)[0].rpartition("@")[2]


def fault(url: str) -> str:
    """Return why an address cannot be read, or nothing where it can. The library's sentence would quote a password."""
    try:
        urlsplit(url).port  # noqa: B018 — asked for whether it can be told
    except ValueError:
        return UNREADABLE
    return ""
