"""A Telegram text as the bot hears it: without its own name, and with what the name meant. Offsets are UTF-16 units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from telegram.constants import MessageEntityType

# Something as the Bot API describes it.
Json = dict[str, Any]
UTF16 = "utf-16-le"
HEAD = re.compile(r"\s*[/／]([^\s@/／]+)(?:@(\w+))?(?=\s|$)")
# A name that is no part of an address or of a longer name.
NAME_ALONE = r"(?<![\w./@-])@{name}(?!\w|[.-]\w)"
# Within these a name means nobody.
LITERAL = frozenset(
    {
        MessageEntityType.CODE,
        MessageEntityType.PRE,
        MessageEntityType.URL,
        MessageEntityType.TEXT_LINK,
        MessageEntityType.EMAIL,
    }
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard.

    Attributes:
        text: What was said, without the names that the bot was called by.
        mentioned: The bot was named.
        for_another: It is a command that names another bot.
        command: The lower-cased word of the command at the beginning, known or not, without its slash.
    """

    text: str
    mentioned: bool
    for_another: bool
    command: str


def heard(said: Json, own_id: int, username: str) -> Heard:
    """Return the text or caption of a message as the bot hears it."""
    text = said.get("text") or said.get("caption") or ""
    own_name = f"@{username}".lower()
    entities = said.get("entities") or said.get("caption_entities") or ()
    spans = [(each["offset"], each["length"]) for each in entities if _is_own(each, text, own_id, own_name)]
    spans += _glued(text, username, entities)
    head = HEAD.match(text)
    named = head.group(2) if head else None
    if head and named and named.lower() == username.lower():
        spans.append((utf16_offset(text, head.start(2) - 1), len(named) + 1))
    # Usernames of bots end with "bot"; another name at that place is a person's, and the word no command.
    for_another = bool(named and named.lower() != username.lower() and named.lower().endswith("bot"))
    command = head.group(1).lower() if head else ""
    return Heard(without(text, spans) if spans else text, bool(spans), for_another, command)


def _is_own(entity: Json, text: str, own_id: int, own_name: str) -> bool:
    if entity["type"] == MessageEntityType.TEXT_MENTION:
        return bool(entity["user"]["id"] == own_id)
    is_mention = entity["type"] == MessageEntityType.MENTION
    return is_mention and part(text, entity["offset"], entity["length"]).lower() == own_name


def _glued(text: str, username: str, entities: Iterable[Json]) -> Iterable[tuple[int, int]]:
    """Yield where the bot is named without an entity: Telegram makes none where a letter touches it (@bot讲讲)."""
    if not username or "@" not in text:
        return
    literal = [(each["offset"], each["offset"] + each["length"]) for each in entities if each["type"] in LITERAL]
    name = re.compile(NAME_ALONE.format(name=re.escape(username)), re.IGNORECASE | re.ASCII)
    for found in name.finditer(text):
        offset = utf16_offset(text, found.start())
        if not any(start <= offset < end for start, end in literal):
            yield offset, len(found[0])


def utf16_offset(text: str, index: int) -> int:
    """Return how many UTF-16 units stand before a character."""
    return len(text[:index].encode(UTF16, "surrogatepass")) // 2


def part(text: str, offset: int, length: int) -> str:
    """Return a stretch of a text given in UTF-16 units; less where the text ends before."""
    units = text.encode(UTF16, "surrogatepass")
    return units[max(offset, 0) * 2 : max(offset + length, 0) * 2].decode(UTF16, "surrogatepass")


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text without some stretches (in UTF-16 units); of the spaces on both sides of one, one stays."""
    units = text.encode(UTF16, "surrogatepass")
    for offset, length in sorted(set(spans), reverse=True):
        start, end = max(offset, 0) * 2, max(offset + length, 0) * 2
        before, after = units[:start], units[end:]
        space = " ".encode(UTF16)
        if after.startswith(space) and (not before or before.endswith(space)):
            after = after[len(space) :]
        units = before + after
    return units.decode(UTF16, "surrogatepass").strip()
