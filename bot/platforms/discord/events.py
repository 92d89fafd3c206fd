"""What happens on Discord, as a `Message`."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import discord

from bot.domain.command import Command, Commands, Value
from bot.domain.message import Attachment, Chat, Invocation, Message, Person, Quote
from bot.platforms.discord.text import unescaped

NAME = "discord"
DAY = 86_400
ATTACHMENT = discord.AppCommandOptionType.attachment.value
UNKNOWN = "application/octet-stream"
# What says where something was said; unknown channels are asked for by the client before they come here.
Place = discord.abc.Snowflake | None


def said(message: discord.Message, place: Place, me: discord.ClientUser, commands: Commands) -> Message | None:
    """Return what a person said, or None where that is nothing: a system's message, a sticker, withheld words."""
    if message.type not in (discord.MessageType.default, discord.MessageType.reply):
        return None
    mentions = _mentions_of_me(message, me)
    text = re.sub("|".join([rf"[ \t]*{each}[ \t]*" for each in mentions]), " ", message.content).strip()
    mentioned = any(re.search(each, message.content) for each in mentions)
    quote = _quote(message, me)
    chat = _chat(place, message.guild)
    told = Message(
        platform=NAME,
        id=str(message.id),
        update=str(message.id),
        chat=chat,
        sender=_person(message.author),
        text=text,
        time=_when(message.created_at),
        addressed=chat.private or mentioned or bool(quote and quote.mine),
        quote=quote,
        attachments=_attachments(message),
        origin={"reply": "" if chat.private else str(message.id), "admin": _admin(message.author)},
    )
    if commands.asked(told):
        return replace(told, addressed=True)
    wordless = chat.private and bool(message.stickers or message.poll or message.message_snapshots)
    return told if told.text or told.attachments or mentioned or wordless else None


def asked(interaction: discord.Interaction[Any], commands: Commands) -> Message:
    """Return the message of a slash command or a button."""
    data: Mapping[str, Any] = interaction.data or {}
    name = "" if interaction.type is discord.InteractionType.component else str(data.get("name", ""))
    invocation = Invocation(name, _options(data, commands.get(name))) if name else None
    chat = _chat(interaction.channel, interaction.guild)
    if not chat.id:
        chat = replace(chat, id=str(interaction.guild_id or interaction.user.id))
    return Message(
        platform=NAME,
        id=str(interaction.id),
        update=str(interaction.id),
        chat=chat,
        sender=_person(interaction.user, str(interaction.locale.value)),
        text=_typed(invocation) if invocation else _label(interaction.message, str(data.get("custom_id", ""))),
        time=_when(interaction.created_at),
        addressed=True,
        invocation=invocation,
        choice="" if invocation else str(data.get("custom_id", "")),
        attachments=_given(data) if invocation else (),
        origin=_origin(interaction, answered=invocation is not None),
    )


def _origin(interaction: discord.Interaction[Any], *, answered: bool) -> Mapping[str, str]:
    """Return where the answer goes: the response to a slash command is answered by its token, a button is not."""
    admin = {"admin": _allowed(interaction.permissions) or _owner(interaction.user)}
    if not answered:
        pressed = interaction.message if interaction.guild_id else None
        return {**admin, "reply": str(pressed.id) if pressed else ""}
    token = {"application": str(interaction.application_id), "token": interaction.token}
    return {**admin, **token, "interaction": str(interaction.id), "received": str(time.time())}


def _options(data: Mapping[str, Any], command: Command | None) -> dict[str, Value]:
    given = {
        str(each["name"]): each["value"]
        for each in data.get("options") or ()
        if "value" in each and each.get("type") != ATTACHMENT
    }
    if command is None:
        return given
    values = {each.name: given.get(each.name.lower(), each.default) for each in command.parameters}
    kinds = {each.name: each.kind for each in command.parameters}
    # JSON writes a whole number without its point.
    return {
        name: float(value) if kinds[name] is float else value for name, value in values.items() if value is not None
    }


def _given(data: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """Return the files of a slash command's options; each option has an id, and what it stands for comes beside."""
    known = (data.get("resolved") or {}).get("attachments") or {}
    ids = [str(each["value"]) for each in data.get("options") or () if each.get("type") == ATTACHMENT]
    return tuple(
        Attachment(str(each["url"]), str(each["filename"]), each.get("content_type") or UNKNOWN, int(each["size"]))
        for each in (known[identity] for identity in ids if identity in known)
    )


def _typed(invocation: Invocation) -> str:
    return " ".join([f"/{invocation.name}", *(str(each) for each in invocation.options.values())])


def _label(message: discord.Message | None, pressed: str) -> str:
    rows = message.components if message else []
    buttons = [button for row in rows for button in getattr(row, "children", ())]
    return next((str(each.label) for each in buttons if getattr(each, "custom_id", None) == pressed), "")


def _chat(place: Place, guild: discord.Guild | None) -> Chat:
    identity = str(place.id) if place is not None else ""
    if guild is None and not isinstance(place, discord.Thread):
        return Chat(identity, private=getattr(place, "guild_id", None) is None)
    guild_name = guild.name if guild else ""
    if isinstance(place, discord.Thread):
        parent = place.parent.name if place.parent else place.name
        return Chat(str(place.parent_id), private=False, title=f"{guild_name} #{parent}".strip(), thread=identity)
    return Chat(identity, private=False, title=f"{guild_name} #{getattr(place, 'name', None) or identity}".strip())


def _person(user: discord.abc.User, language: str = "") -> Person:
    return Person(str(user.id), user.display_name, language)


def _mentions_of_me(message: discord.Message, me: discord.ClientUser) -> list[str]:
    """Return the patterns of all that mentions the bot: itself, and the role that Discord made for it."""
    roles = [each for each in message.role_mentions if each.tags is not None and each.tags.bot_id == me.id]
    return [rf"<@!?{me.id}>", *(rf"<@&{role.id}>" for role in roles)]


def _quote(message: discord.Message, me: discord.ClientUser) -> Quote | None:
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None or reference.message_id is None:
        return None
    quoted = reference.resolved
    if not isinstance(quoted, discord.Message):
        return Quote(str(reference.message_id), "")
    mine = quoted.author.id == me.id
    text = unescaped(quoted.content) if mine else quoted.content
    return Quote(str(quoted.id), text, _person(quoted.author), mine, _attachments(quoted))


def _attachments(message: discord.Message) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(each.url, each.filename, each.content_type or UNKNOWN, each.size) for each in message.attachments
    )


def _admin(author: discord.abc.User) -> str:
    if not isinstance(author, discord.Member):
        return ""
    return _allowed(author.guild_permissions)


def _owner(user: discord.abc.User) -> str:
    return "1" if isinstance(user, discord.Member) and user.guild.owner_id == user.id else ""


def _allowed(permissions: discord.Permissions) -> str:
    return "1" if permissions.administrator or permissions.manage_guild else ""


def _when(created: datetime) -> float:
    """Return the time that a snowflake tells, or now where ids are plain counters and tell of 2015."""
    told, now = created.timestamp(), time.time()
    return told if abs(now - told) < DAY else now
