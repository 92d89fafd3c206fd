"""What the Bot API refuses, in its own words."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from tests.servers.telegram.faults import Refused
from tests.servers.telegram.state import Json, Room

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_DATA = 64
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LONGEST_DESCRIPTION = 256
MOST_ENTITIES = 100
# Of all entities together: what each takes for itself, its stretch, its address and its language (an approximation:
# https://github.com/tdlib/telegram-bot-api/issues/165).
ENTITY, LARGEST_ENTITIES = 12, 9500
# As TDLib's `parse_url` reads an address: what stands before the host, the host, and what is said to be a port.
URL = re.compile(r"(?:https?://)?(?:[^/?#]*@)?(?P<host>\[[^\]/?#]*\]|[^/?#:]*)(?::(?P<port>[^/?#]*))?", re.IGNORECASE)
HOST = re.compile(r"(?:[\w.!$,~*'();&+=-]|[^\x00-\x7f]|%[0-9a-f]{2})+", re.IGNORECASE)
IPV6 = re.compile(r"\[[0-9a-f:.]+\]", re.IGNORECASE)
HIGHEST_PORT = 65535
ENTITIES = frozenset(
    {
        "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic", "underline",
        "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention",
        "custom_emoji", "date_time",
    }
)  # fmt: skip

CODE = frozenset({"pre", "code"})
QUOTES = frozenset({"blockquote", "expandable_blockquote"})


def check_room(room: Room | None) -> Room:
    """Return a chat that can be written to."""
    if room is None:
        raise Refused("Bad Request: chat not found")
    if room.moved_to:
        said = "Bad Request: group chat was upgraded to a supergroup chat"
        raise Refused(said, migrate_to_chat_id=room.moved_to)
    if room.refusal:
        raise Refused(room.refusal[1], room.refusal[0])
    return room


def check_text(text: Any, longest: int = LONGEST_TEXT) -> str:
    """Return a text that can be a message."""
    if not isinstance(text, str) or not text:
        raise Refused("Bad Request: message text is empty")
    if not text.strip():
        raise Refused("Bad Request: text must be non-empty")
    if utf16_length(text) > longest:
        raise Refused("Bad Request: message is too long")
    return text


def check_entities(entities: Any, text: str) -> list[Json]:
    """Return the first 100 of entities that lie within the text, cut no character in two, and may be nested so."""
    if not isinstance(entities, list):
        raise Refused("Bad Request: can't parse entities: expected an Array")
    units = text.encode("utf-16-le")
    for each in entities:
        start, end = _span(each)
        if end * 2 > len(units) or _within_pair(units, start) or _within_pair(units, end):
            raise Refused(f"Bad Request: can't parse entities: wrong bounds of entity {each['type']}")
        if each["type"] == "text_link":
            _check_url(each.get("url"))
    _check_nesting(sorted(entities, key=lambda each: (each["offset"], -each["length"])))
    if sum(map(_size, entities)) > LARGEST_ENTITIES:
        raise Refused("Bad Request: ENTITIES_TOO_LONG")
    return entities[:MOST_ENTITIES]


def check_topic(room: Room, thread: Any) -> int:
    """Return a topic of the chat, 0 for none."""
    if thread in (None, ""):
        return 0
    if int(thread) not in room.topics:
        raise Refused("Bad Request: message thread not found")
    return int(thread)


def check_keyboard(markup: Any) -> list[list[Json]]:
    """Return the rows of an inline keyboard."""
    if not markup:
        return []
    rows: list[list[Json]] = markup.get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if not button.get("text"):
            raise Refused('Bad Request: can\'t parse inline keyboard button: field "text" must be non-empty')
        if not 1 <= len(str(button.get("callback_data") or button.get("url") or "").encode()) <= LONGEST_DATA:
            raise Refused("Bad Request: BUTTON_DATA_INVALID")
    return rows


def check_reply(room: Room, reply: Any) -> int:
    """Return the message that is replied to, 0 for none."""
    if not reply:
        return 0
    if reply["message_id"] in room.messages or reply["message_id"] in room.seen:
        return int(reply["message_id"])
    if reply.get("allow_sending_without_reply"):
        return 0
    raise Refused("Bad Request: message to be replied not found")


def check_commands(commands: Any) -> list[Json]:
    """Return a menu of commands."""
    if not isinstance(commands, list) or len(commands) > 100:
        raise Refused("Bad Request: can't parse BotCommands")
    for each in commands:
        if not COMMAND.fullmatch(each["command"]):
            raise Refused("Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(each["description"]) <= LONGEST_DESCRIPTION:
            raise Refused("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    return commands


def unauthorized() -> Refused:
    """Return the answer to a token that nobody has."""
    return Refused("Unauthorized", HTTPStatus.UNAUTHORIZED)


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units a text has."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _span(entity: Any) -> tuple[int, int]:
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if kind not in ENTITIES or not isinstance(offset, int) or not isinstance(length, int):
        raise Refused("Bad Request: can't parse entities: unsupported entity")
    if offset < 0 or length <= 0:
        raise Refused(f"Bad Request: can't parse entities: wrong bounds of entity {kind}")
    return offset, offset + length


def _within_pair(units: bytes, index: int) -> bool:
    """Return whether this is the second half of a character."""
    return index * 2 < len(units) and 0xDC <= units[index * 2 + 1] <= 0xDF


def _size(entity: Json) -> int:
    return ENTITY + int(entity["length"]) + len((entity.get("url", "") + entity.get("language", "")).encode())


def _check_url(url: Any) -> None:
    if not url:
        raise Refused("Bad Request: can't parse entities: text_link without url")
    found = URL.match(url)
    host, port = (found["host"], found["port"]) if found else ("", None)
    if port is not None and not (port.isdecimal() and 0 < int(port) <= HIGHEST_PORT):
        raise Refused(f"Bad Request: entity URL '{url}' is invalid: Wrong port number specified in the URL")
    if not host:
        raise Refused(f"Bad Request: entity URL '{url}' is invalid: URL host is empty")
    if IPV6.fullmatch(host):
        return
    if not HOST.fullmatch(host):
        raise Refused(f"Bad Request: entity URL '{url}' is invalid: Disallowed character in URL host")
    if "." not in host:
        raise Refused(f"Bad Request: entity URL '{url}' is invalid: Wrong HTTP URL")


def _check_nesting(entities: list[Json]) -> None:
    """Refuse what overlaps half-way, and what Telegram would change: anything at code, quotes within quotes."""
    around: list[Json] = []
    for each in entities:
        while around and _end(around[-1]) <= each["offset"]:
            around.pop()
        if around and _end(each) > _end(around[-1]):
            raise Refused("Bad Request: can't parse entities: entities overlap")
        for outer in around:
            _check_within(each["type"], outer["type"])
        around.append(each)


def _check_within(inner: str, outer: str) -> None:
    alone = outer in CODE or (inner in CODE and outer not in QUOTES)
    if alone or {inner, outer} <= QUOTES:
        raise Refused(f"Bad Request: can't parse entities: {inner} within {outer}")


def _end(entity: Json) -> int:
    return int(entity["offset"] + entity["length"])
