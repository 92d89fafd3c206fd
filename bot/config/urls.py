"""Addresses as owners write them: how they are meant, which password they hold, and what of them may be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus, urlsplit

SECRET_OPTIONS = ("password", "key", "token", "secret")
UNREADABLE = "it cannot be read; in a password the signs / ? # @ : % are written %2F %3F %23 %40 %3A %25"


def endpoint(pasted: str) -> str:
    """Return the address of an API, as it is pasted from somebody's documents: often with that of one method.

    Raises:
        ValueError: It is none.
    """
    address = pasted.strip()
    parts = urlsplit(address)
    readable = address.isprintable() and " " not in address
    if not readable or parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("an address like https://api.openai.com/v1 is expected")
    return parts._replace(path=re.sub("/chat/completions/*$", "", parts.path), fragment="").geturl()


def passwords(url: str) -> Iterator[str]:
    """Yield the passwords of an address, as they stand there and as they are meant; of other texts, nothing.

    Redis takes them before the host (`redis://:password@host`) and among the options (`?password=…&ssl_password=…`);
    APIs take keys among the options.
    """
    try:
        parts = urlsplit(url if "//" in url else "")
    except ValueError:
        return
    if parts.password:
        yield from (parts.password, unquote(parts.password))
    for option in parts.query.split("&"):
        name, _, value = option.partition("=")
        if value and unquote_plus(name).lower().endswith(SECRET_OPTIONS):
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
