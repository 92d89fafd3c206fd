"""Markdown into Telegram's text and entities."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from bot.platforms.markdown.layout import Layout
from bot.platforms.markdown.links import disguises, host_of, is_telegram_link
from bot.platforms.markdown.parse import parse

LIMIT = 4096
# What no other entity may overlap (https://core.telegram.org/bots/api#formatting-options).
ALONE = ("pre", "code")
# Telegram drops the entities of a message after the hundredth, and refuses more than some 9,500 units of them together:
# what each takes for itself, its stretch, its address and its language.
MOST_ENTITIES, LARGEST_ENTITIES, ENTITY = 100, 9000, 12
# What is kept where there are too many: a link says more than bold text does.
WORTH = ("text_link", "pre", "blockquote", "code")


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


def to_telegram(text: str, limit: int = LIMIT, links: int = MOST_ENTITIES) -> tuple[str, tuple[Entity, ...]]:
    """Return a Markdown text as Telegram shows it: the text without marks, and its entities.

    Of links beyond so many, and of those that Telegram does not take, the address is written behind the label.
    Never longer than `limit` UTF-16 units where the text itself is not: tables that would be are not aligned, and what
    still would be is shown as written. Never raises: what cannot be parsed is shown as written too.
    """
    for align in (True, False):
        try:
            shown, entities = _rendered(text, links, align=align)
        except Exception:  # noqa: BLE001 — whatever trouble a text gives its parser, it must be shown
            break
        if shown and utf16_length(shown) <= max(limit, utf16_length(text)):
            return shown, entities
    return text, ()


def _rendered(text: str, links: int, *, align: bool) -> tuple[str, tuple[Entity, ...]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    pen = _Pen(links)
    Layout(text.split("\n"), pen, align=align).blocks(parse(text).children)
    shown = "".join(pen.parts)
    return shown.rstrip(), _affordable(tuple(_counted(shown, _arranged(shown, pen.entities))))


def _affordable(entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Return as many of the entities, in their order, as Telegram takes; those of most worth are kept."""
    if len(entities) <= MOST_ENTITIES and sum(map(_size, entities)) <= LARGEST_ENTITIES:
        return entities
    kept, size = set[int](), 0
    by_worth = sorted(
        range(len(entities)), key=lambda at: WORTH.index(kind) if (kind := entities[at].type) in WORTH else len(WORTH)
    )
    for at in by_worth[:MOST_ENTITIES]:
        size += _size(entities[at])
        if size > LARGEST_ENTITIES:
            break
        kept.add(at)
    return tuple(entities[at] for at in sorted(kept))


def _size(entity: Entity) -> int:
    return ENTITY + entity.length + len((entity.url + entity.language).encode("utf-8", "surrogatepass"))


class _Pen:
    """Collects text, and entities in characters of it."""

    bullet = "•"

    def __init__(self, links: int) -> None:
        self.parts: list[str] = []
        self.entities: list[Entity] = []
        self._length = 0
        self._open: list[str] = []
        self._links_left, self._size = links, 0

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

    @contextmanager
    def link(self, url: str, label: str) -> Iterator[None]:
        address = url.removeprefix("mailto:")
        if is_telegram_link(url) and self._affords(label or url, url):
            with self._entity("text_link", url):
                yield
            if disguises(label, url):
                self.write(f" ({host_of(url)})")
            return
        yield
        if label not in ("", url, address):
            self.write(f" ({address})")

    def _affords(self, label: str, url: str) -> bool:
        """Return whether one more link may be among the entities; those beyond have their address written out."""
        self._links_left -= 1
        self._size += ENTITY + utf16_length(label) + len(url.encode("utf-8", "surrogatepass"))
        return self._links_left >= 0 and self._size <= LARGEST_ENTITIES

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
