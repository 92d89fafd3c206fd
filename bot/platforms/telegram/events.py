"""What Telegram reports → `Message`: who said what, where, and whether to the bot. Start at `message_of`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import telegram
from telegram.constants import ChatType

from bot.command import Commands
from bot.model import Attachment, Chat, Message, Person, Quote
from bot.platforms.telegram.account import NAME
from bot.platforms.telegram.words import Heard, heard

NAMELESS = {
    "photo": ("photo.jpg", "image/jpeg"),
    "voice": ("voice.ogg", "audio/ogg"),
    "video_note": ("video.mp4", "video/mp4"),
    "sticker": ("sticker.webp", "image/webp"),
    "animation": ("animation.mp4", "video/mp4"),
    "video": ("video.mp4", "video/mp4"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "document": ("document", "application/octet-stream"),
}


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens: the bot's id and name, and the commands that are its own."""

    id: int
    username: str
    commands: Commands


def message_of(update: telegram.Update, listener: Listener) -> Message | None:
    """Return what a person said by this update, or None where nobody said anything to be answered.

    Not answered: edits, service messages, bots, posts that Telegram forwards into a discussion group by itself,
    commands for other bots, and posts of a channel that are not said to the bot.
    """
    if update.callback_query:
        return _press(update.update_id, update.callback_query)
    said = update.message or update.channel_post
    if said is None or said.is_automatic_forward:
        return None
    sender = _speaker(said)
    attachments = _attachments(said)
    if sender is None or not (said.text or said.caption or attachments):
        return None
    words = heard(said, listener.id, listener.username)
    quote = _quote(said, listener.id)
    addressed = _addressed(said, words, quote, listener.commands)
    if words.for_another or (said.chat.type == ChatType.CHANNEL and not addressed):
        return None
    return Message(
        platform=NAME,
        id=str(said.message_id),
        update=str(update.update_id),
        chat=_chat(said),
        sender=sender,
        text=words.text,
        time=said.date.timestamp(),
        addressed=addressed,
        quote=quote,
        attachments=attachments,
    )


def _addressed(said: telegram.Message, words: Heard, quote: Quote | None, commands: Commands) -> bool:
    if said.chat.type == ChatType.PRIVATE or words.mentioned or (quote is not None and quote.mine):
        return True
    # In a channel everybody reads along and nobody talks: a command there names its bot.
    return said.chat.type != ChatType.CHANNEL and words.command in commands.words


def _press(update_id: int, query: telegram.CallbackQuery) -> Message | None:
    """Return the press of a button below one of the bot's messages, which Telegram may no longer show us."""
    below = query.message
    if below is None or not query.data or query.from_user.is_bot:
        return None
    return Message(
        platform=NAME,
        id=str(below.message_id),
        update=str(update_id),
        chat=_chat(below) if isinstance(below, telegram.Message) else _place(below.chat, ""),
        sender=_person(query.from_user),
        text=_label(below, query.data),
        time=time.time(),
        addressed=True,
        choice=query.data,
    )


def _label(below: telegram.MaybeInaccessibleMessage, data: str) -> str:
    markup = below.reply_markup if isinstance(below, telegram.Message) else None
    buttons = (button for row in markup.inline_keyboard for button in row) if markup else ()
    return next((button.text for button in buttons if button.callback_data == data), "")


def _chat(said: telegram.Message) -> Chat:
    topic = str(said.message_thread_id) if said.is_topic_message and said.message_thread_id else ""
    return _place(said.chat, topic)


def _place(chat: telegram.Chat, topic: str) -> Chat:
    return Chat(str(chat.id), chat.type == ChatType.PRIVATE, chat.title or "", topic)


def _speaker(said: telegram.Message) -> Person | None:
    """Return who speaks; None for bots. Anonymous administrators and channels speak through a bot of Telegram's."""
    if said.sender_chat:
        chat = said.sender_chat
        return Person(str(chat.id), chat.title or chat.username or chat.full_name or "")
    if said.from_user is None or said.from_user.is_bot:
        return None
    return _person(said.from_user)


def _person(user: telegram.User) -> Person:
    return Person(str(user.id), user.full_name, user.language_code or "")


def _quote(said: telegram.Message, own_id: int) -> Quote | None:
    """Return what is replied to. In a topic, what replies to nothing points at the message that opened the topic."""
    original = said.reply_to_message
    if original is None or original.forum_topic_created:
        return None
    author = original.from_user
    text = said.quote.text if said.quote else original.text or original.caption or ""
    sender = _person(author) if author and not original.sender_chat else _speaker(original)
    mine = author is not None and author.id == own_id
    return Quote(str(original.message_id), text, sender, mine, _attachments(original))


def _attachments(said: telegram.Message) -> tuple[Attachment, ...]:
    """Return the file of a message: Telegram sends one a message, and an animation as a document as well."""
    for kind, (name, media_type) in NAMELESS.items():
        file: Any = getattr(said, kind)
        if not file:
            continue
        file = file[-1] if kind == "photo" else file
        called = getattr(file, "file_name", None) or name
        kind_of = getattr(file, "mime_type", None) or media_type
        return (Attachment(file.file_id, called, kind_of, file.file_size or 0),)
    return ()
