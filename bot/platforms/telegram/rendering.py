"""What stands in a Telegram chat: a text, its entities and its buttons."""

from __future__ import annotations

from dataclasses import dataclass

import telegram
from telegram.constants import MessageLimit

from bot.domain.encoding import mended
from bot.domain.reply import Choice
from bot.platforms.markdown import to_telegram, utf16_length

LIMIT = int(MessageLimit.MAX_TEXT_LENGTH)


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands in a chat: a text, its formatting and its buttons."""

    text: str
    entities: tuple[telegram.MessageEntity, ...] = ()
    choices: tuple[Choice, ...] = ()


def formatted(plain: Shown) -> Shown:
    """Return Markdown as text with entities; as it is, where nothing or too much would be left of it."""
    text, entities = to_telegram(plain.text)
    if not text.strip() or utf16_length(text) > LIMIT:
        return plain
    return Shown(
        text,
        tuple(
            telegram.MessageEntity(
                each.type, each.offset, each.length, url=each.url or None, language=each.language or None
            )
            for each in entities
        ),
        plain.choices,
    )


def unformatted(plain: Shown) -> Shown:
    """Return Markdown as text alone, without its marks, and with the addresses of its links."""
    text, _ = to_telegram(plain.text, links=0)
    return Shown(text, choices=plain.choices) if text.strip() and utf16_length(text) <= LIMIT else plain


def keyboard(choices: tuple[Choice, ...]) -> telegram.InlineKeyboardMarkup | None:
    """Return the choices as buttons, one a row."""
    if not choices:
        return None
    return telegram.InlineKeyboardMarkup.from_column(
        [telegram.InlineKeyboardButton(mended(each.label), callback_data=each.data) for each in choices]
    )
