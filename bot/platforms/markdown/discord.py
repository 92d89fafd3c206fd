"""Markdown into Discord's dialect of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from bot.platforms.markdown.layout import Layout
from bot.platforms.markdown.links import ADDRESS, addresses, disguises
from bot.platforms.markdown.parse import parse

LIMIT = 2000
LARGEST_HEADING = 3
MARKS = re.compile(r"[\\*`~|\[<]|(?<![^\W_])_|_(?![^\W_])")
# What is a heading, quote, list or small print only at the beginning of a line.
LINE_MARKS = re.compile(r"^([ \t]*)(#{1,3} |>|-# |[-+] |\d+(?=\. ))", re.MULTILINE)
MASKABLE = re.compile(r"https?://", re.IGNORECASE)
EVERYBODY = re.compile(r"@(?=everyone|here)")
INVISIBLE = "\u200b"
MARKERS = {"bold": "**", "italic": "*", "strikethrough": "~~"}


def to_discord(text: str, limit: int = LIMIT) -> str:
    """Return a Markdown text as Discord's Markdown: it pings nobody and opens no previews.

    Never longer than `limit` characters where the text itself is not: tables that would be are not aligned, and what
    still would be is returned as written. Never raises: what cannot be parsed is returned as written too.
    """
    for align in (True, False):
        try:
            shown = _rendered(text, align=align)
        except Exception:  # noqa: BLE001 — whatever trouble a text gives its parser, it must be shown
            break
        if shown and len(shown) <= max(limit, len(text)):
            return shown
    harmless = EVERYBODY.sub(f"@{INVISIBLE}", text)
    return harmless if len(harmless) <= max(limit, len(text)) else text


def escape_discord(text: str) -> str:
    """Return Discord's Markdown that reads exactly as the text; addresses in it open no previews."""
    return LINE_MARKS.sub(_escaped_line, _escaped(text))


def _escaped(text: str) -> str:
    """Escape what has a meaning anywhere in a line, but for addresses: those are put into angle brackets."""
    parts, end = [], 0
    for begin, until in addresses(text):
        parts += [MARKS.sub(r"\\\g<0>", text[end:begin]), f"<{text[begin:until]}>"]
        end = until
    return EVERYBODY.sub(f"@{INVISIBLE}", "".join([*parts, MARKS.sub(r"\\\g<0>", text[end:])]))


def _escaped_line(match: re.Match[str]) -> str:
    mark = match[2]
    return f"{match[1]}{mark}\\" if mark.isdigit() else f"{match[1]}\\{mark}"


def _rendered(text: str, *, align: bool) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    pen = _Pen()
    Layout(text.split("\n"), pen, align=align).blocks(parse(text).children)
    return pen.text.strip("\n").rstrip()


class _Pen:
    """Collects text in Discord's dialect: a list of parts for each quote, heading or link that is open."""

    bullet = "-"

    def __init__(self) -> None:
        self._parts: list[list[str]] = [[]]
        self._open: list[str] = []
        self._begun = False

    @property
    def text(self) -> str:
        return "".join(self._parts[0])

    def put(self, text: str) -> None:
        self._parts[-1].append(text)
        self._begun = False

    def write(self, text: str) -> None:
        self._add(_escaped(text) if self._begun else escape_discord(text))

    def code(self, text: str) -> None:
        if "``" in text:
            self.write(text)
        else:
            self._add(f"`` {text} ``" if "`" in text else f"`{text}`")

    def block(self, text: str, language: str) -> None:
        self._add(f"```{language}\n{text.replace('```', f'``{INVISIBLE}`')}\n```")

    @contextmanager
    def span(self, kind: str) -> Iterator[None]:
        if kind == "blockquote":
            with self._collected() as lines:
                yield
            self._add("\n".join(f"> {line}" for line in "".join(lines).split("\n")))
            return
        marker = "" if kind in self._open else MARKERS[kind]
        self._open.append(kind)
        self._add(marker)
        yield
        self._add(marker)
        self._open.pop()

    @contextmanager
    def heading(self, level: int) -> Iterator[None]:
        if level > LARGEST_HEADING or self._begun:
            with self.span("bold"):
                yield
            return
        self._add("#" * level + " ")
        yield

    @contextmanager
    def link(self, url: str, label: str) -> Iterator[None]:
        with self._collected() as parts:
            yield
        shown = "".join(parts)
        if label in ("", url, url.removeprefix("mailto:")):
            self._add(f"<{url}>" if ADDRESS.fullmatch(url) else shown)
        elif MASKABLE.match(url) and "://" not in label and not disguises(label, url):
            self._add(f"[{shown}](<{url}>)")
        else:
            self._add(f"{shown} (<{url}>)")

    def _add(self, text: str) -> None:
        self._parts[-1].append(text)
        self._begun = self._begun or bool(text)

    @contextmanager
    def _collected(self) -> Iterator[list[str]]:
        parts: list[str] = []
        self._parts.append(parts)
        yield parts
        self._parts.pop()
