"""What Telegram reports → `Message`: who said what, where, and whether to the bot. Start at `message_of`.

Reports are read as they come: making the library's objects of one takes longer than answering by a rule.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from telegram.constants import ChatType

from bot.domain.command import Commands
from bot.domain.message import Attachment, Chat, Message, Person, Quote
from bot.platforms.telegram.client import NAME
from bot.platforms.telegram.text import Heard, Json, heard

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
WORDLESS = frozenset({"location", "venue", "contact", "poll", "dice", "game", "story", "paid_media", "checklist"})


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens: the bot's id and name, and the commands that are its own."""

    id: int
    username: str
    commands: Commands


def message_of(update: Json, listener: Listener) -> Message | None:
    """Return what a person said by this update, or None where nobody said anything to be answered.

    Not answered: edits, service messages, bots, posts that Telegram forwards into a discussion group by itself,
    commands for other bots, and posts of a channel that are not said to the bot.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: It is not what the Bot API describes.
    """
    if query := update.get("callback_query"):
        return _press(update["update_id"], query)
    said = update.get("message") or update.get("channel_post")
    if said is None or said.get("is_automatic_forward"):
        return None
    sender = _speaker(said)
    attachments = _attachments(said)
    if sender is None or not (said.get("text") or said.get("caption") or attachments or _waits(said)):
        return None
    words = heard(said, listener.id, listener.username)
    quote = _quote(said, listener.id)
    addressed = _addressed(said, words, quote, listener.commands)
    if words.for_another or (said["chat"]["type"] == ChatType.CHANNEL and not addressed):
        return None
    return Message(
        platform=NAME,
        id=str(said["message_id"]),
        update=str(update["update_id"]),
        chat=_chat(said),
        sender=sender,
        text=words.text,
        time=float(said["date"]),
        addressed=addressed,
        quote=quote,
        attachments=attachments,
    )


def _waits(said: Json) -> bool:
    """Return whether somebody waits for a word about what they sent, though there are no words in it and no file."""
    return said["chat"]["type"] == ChatType.PRIVATE and not WORDLESS.isdisjoint(said)


def _addressed(said: Json, words: Heard, quote: Quote | None, commands: Commands) -> bool:
    if said["chat"]["type"] == ChatType.PRIVATE or words.mentioned or (quote is not None and quote.mine):
        return True
    # In a channel everybody reads along and nobody talks: a command there names its bot.
    return said["chat"]["type"] != ChatType.CHANNEL and words.command in commands.words


def _press(update_id: int, query: Json) -> Message | None:
    """Return the press of a button below one of the bot's messages, which Telegram may no longer show us."""
    below, data = query.get("message"), query.get("data")
    if below is None or not data or query["from"].get("is_bot"):
        return None
    return Message(
        platform=NAME,
        id=str(below["message_id"]),
        update=str(update_id),
        chat=_chat(below),
        sender=_person(query["from"]),
        text=_label(below, data),
        time=time.time(),
        addressed=True,
        choice=data,
    )


def _label(below: Json, data: str) -> str:
    """Return what the button says; nothing where Telegram shows no buttons (any more)."""
    rows = below.get("reply_markup", {}).get("inline_keyboard", ())
    return next((button["text"] for row in rows for button in row if button.get("callback_data") == data), "")


def _chat(said: Json) -> Chat:
    chat, topic = said["chat"], said.get("message_thread_id") if said.get("is_topic_message") else None
    return Chat(str(chat["id"]), chat["type"] == ChatType.PRIVATE, chat.get("title") or "", str(topic or ""))


def _speaker(said: Json) -> Person | None:
    """Return who speaks; None for bots. Anonymous administrators and channels speak through a bot of Telegram's."""
    if chat := said.get("sender_chat"):
        return Person(str(chat["id"]), chat.get("title") or chat.get("username") or _full_name(chat))
    user = said.get("from")
    return None if user is None or user.get("is_bot") else _person(user)


def _person(user: Json) -> Person:
    return Person(str(user["id"]), _full_name(user), user.get("language_code") or "")


def _full_name(named: Json) -> str:
    return " ".join(filter(None, (named.get("first_name"), named.get("last_name"))))


def _quote(said: Json, own_id: int) -> Quote | None:
    """Return what is replied to. In a topic, what replies to nothing points at the message that opened the topic."""
    original = said.get("reply_to_message")
    if original is None or "forum_topic_created" in original:
        return None
    author, quote = original.get("from"), said.get("quote")
    text = quote["text"] if quote else original.get("text") or original.get("caption") or ""
    sender = _person(author) if author and not original.get("sender_chat") else _speaker(original)
    mine = author is not None and author["id"] == own_id
    return Quote(str(original["message_id"]), text, sender, mine, _attachments(original))


def _attachments(said: Json) -> tuple[Attachment, ...]:
    """Return the file of a message: Telegram sends one a message, and an animation as a document as well."""
    for kind, (name, media_type) in NAMELESS.items():
        file = said.get(kind)
        if not file:
            continue
        file = file[-1] if kind == "photo" else file
        called, kind_of = file.get("file_name") or name, file.get("mime_type") or media_type
        return (Attachment(file["file_id"], called, kind_of, file.get("file_size") or 0),)
    return ()
