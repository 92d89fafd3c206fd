"""Addresses: where one ends in a text, which Telegram makes links of, and whether a label hides where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

# An address ends at a space, a quotation mark or Chinese punctuation, not at a letter of any script.
ADDRESS = re.compile(
    r"https?://(?:(?!\]\()[^\s<>*\"`“”‘’…—\u3000-\u3004\u3008-\u301f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff65])+",
    re.IGNORECASE,
)
ENDINGS = ".,:;"
BRACKETS = {")": "(", "]": "[", "}": "{"}
# What Telegram takes for the host of a link (TDLib, HttpUrl.cpp).
HOST = re.compile(r"(?:[\w.!$,~*'();&+=-]|%[0-9a-f]{2})+", re.IGNORECASE)
LOOKS_LIKE_AN_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?([\w-]+(?:\.[\w-]+)*\.[^\W\d]{2,})\.?(?:[:/?#@]\S*)?", re.IGNORECASE
)
# Names of files that look like those of hosts.
FILES = frozenset(
    {
        "css",
        "csv",
        "go",
        "htm",
        "html",
        "js",
        "json",
        "md",
        "pdf",
        "png",
        "py",
        "rs",
        "sh",
        "toml",
        "ts",
        "txt",
        "yaml",
        "yml",
    }
)


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where addresses begin and end in a text."""
    for found in ADDRESS.finditer(text):
        end = found.start() + len(trimmed(found[0]))
        if text[found.start() - 1 : found.start()] == "'" == text[end - 1]:
            end -= 1
        yield found.start(), end


def trimmed(address: str) -> str:
    """Return an address without what only follows it: a full stop, or a bracket that was opened before it."""
    while address[-1] in ENDINGS or address.count(address[-1]) > address.count(BRACKETS.get(address[-1], address[-1])):
        address = address[:-1]
    return address


def host_of(url: str) -> str:
    """Return the host that a link leads to, in small letters, as it is written in any script; nothing where none is."""
    with suppress(ValueError):
        return _host(urlsplit(url).hostname or "")
    return ""


def is_telegram_link(url: str) -> bool:
    """Return whether Telegram takes an address for a link's: one without a dot in its host costs all formatting."""
    with suppress(ValueError):
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_web = parts.scheme.lower() in ("http", "https") and parts.port != 0 and not parts.netloc.endswith(":")
        return is_web and "." in host and bool(HOST.fullmatch(host))
    return False


def disguises(label: str, url: str) -> bool:
    """Return whether a label reads as the address of another host than the one that its link leads to."""
    real = host_of(url)
    for word in label.split():
        found = LOOKS_LIKE_AN_ADDRESS.fullmatch(word.strip("()[]<>\"'“”（），。"))
        if not found or (found[0] == found[1] and found[1].rpartition(".")[2].lower() in FILES):
            continue
        named = _host(found[1])
        if real != named and not real.endswith(f".{named}"):
            return True
    return False


def _host(name: str) -> str:
    name = name.lower().rstrip(".").removeprefix("www.")
    with suppress(UnicodeError):
        return name.encode("ascii").decode("idna") if "xn--" in name else name
    return name
