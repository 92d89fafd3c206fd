"""Markdown into Telegram's text and entities."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from bot.markup.layout import Layout
from bot.markup.parse import parse

LIMIT = 4096
# What no other entity may overlap (https://core.telegram.org/bots/api#formatting-options).
ALONE = ("pre", "code")


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted part of a text; `type` is Telegram's name for it, `offset` and `length` are in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str = ""
    language: str = ""


def utf16_length(text: str) -> int:
    """Return the length of a text in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def to_telegram(text: str, limit: int = LIMIT) -> tuple[str, tuple[Entity, ...]]:
    """Return a Markdown text as Telegram shows it: the text without marks, and its entities.

    Never longer than `limit` UTF-16 units where the text itself is not: tables that would be are not aligned, and what
    still would be is shown as written. Never raises: what cannot be parsed is shown as written too.
    """
    for align in (True, False):
        try:
            shown, entities = _rendered(text, align=align)
        except Exception:  # noqa: BLE001 — whatever trouble a text gives its parser, it must be shown
            break
        if shown and utf16_length(shown) <= max(limit, utf16_length(text)):
            return shown, entities
    return text, ()


def _rendered(text: str, *, align: bool) -> tuple[str, tuple[Entity, ...]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    pen = _Pen()
    Layout(text.split("\n"), pen, align=align).blocks(parse(text).children)
    shown = "".join(pen.parts)
    return shown.rstrip(), tuple(_counted(shown, _arranged(shown, pen.entities)))


class _Pen:
    """Collects text, and entities in characters of it."""

    bullet = "•"

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.entities: list[Entity] = []
        self._length = 0
        self._open: list[str] = []

    def put(self, text: str) -> None:
        self.write(text)

    def write(self, text: str) -> None:
        self.parts.append(text)
        self._length += len(text)

    def code(self, text: str) -> None:
        if "text_link" not in self._open and "blockquote" not in self._open:
            self.entities.append(Entity("code", self._length, len(text)))
        self.write(text)

    def block(self, text: str, language: str) -> None:
        self.entities.append(Entity("pre", self._length, len(text), language=language))
        self.write(text)

    def heading(self, level: int) -> AbstractContextManager[None]:  # noqa: ARG002 — Telegram has bold text only
        return self.span("bold")

    def link(self, url: str, label: str) -> AbstractContextManager[None]:
        del label
        return self._entity("text_link", url)

    def span(self, kind: str) -> AbstractContextManager[None]:
        return self._entity(kind)

    @contextmanager
    def _entity(self, kind: str, url: str = "") -> Iterator[None]:
        begin, nested = self._length, kind in self._open
        self._open.append(kind)
        yield
        self._open.pop()
        if not nested:
            self.entities.append(Entity(kind, begin, self._length - begin, url))


def _arranged(text: str, entities: list[Entity]) -> Iterator[Entity]:
    """Yield entities as Telegram takes them: code alone, none empty, none with whitespace at its ends, outer first."""
    alone = sorted((each for each in entities if each.type in ALONE), key=lambda each: each.offset)
    pieces = [piece for each in entities for piece in (_without(each, alone) if each.type not in ALONE else (each,))]
    trimmed = (_trimmed(text, piece) for piece in pieces)
    yield from sorted((each for each in trimmed if each.length > 0), key=lambda each: (each.offset, -each.length))


def _without(entity: Entity, alone: list[Entity]) -> Iterator[Entity]:
    """Yield the parts of an entity that are beside all code."""
    begin, end = entity.offset, entity.offset + entity.length
    for each in alone:
        if begin <= each.offset and each.offset + each.length <= end:
            yield replace(entity, offset=begin, length=each.offset - begin)
            begin = each.offset + each.length
    yield replace(entity, offset=begin, length=end - begin)


def _trimmed(text: str, entity: Entity) -> Entity:
    """Leave whitespace out at both ends; a block of code keeps the indentation of its first line."""
    inside = text[entity.offset : entity.offset + entity.length].rstrip()
    blank = len(inside) - len(inside.lstrip())
    if entity.type == "pre":
        blank = inside.rfind("\n", 0, blank) + 1
    return replace(entity, offset=entity.offset + blank, length=len(inside) - blank)


def _counted(text: str, entities: Iterator[Entity]) -> Iterator[Entity]:
    """Yield the entities with offsets and lengths in UTF-16 units."""
    wide = [index for index, character in enumerate(text) if character > "\uffff"]
    for each in entities:
        offset = each.offset + bisect_left(wide, each.offset)
        end = each.offset + each.length
        yield replace(each, offset=offset, length=end + bisect_left(wide, end) - offset)
