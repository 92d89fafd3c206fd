"""What exists on the loopback Discord: users, guilds, channels, messages, interactions, and their JSON."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

TEXT, DM, THREAD, FORUM = 0, 1, 11, 15
LOADING = 1 << 7
DEFAULT, REPLY, CHAT_INPUT_ANSWER = 0, 19, 20
ADMINISTRATOR, MANAGE_GUILD, EVERYDAY = 1 << 3, 1 << 5, (1 << 10) | (1 << 11) | (1 << 16)
CODE_OR_ESCAPE = re.compile(r"(```.*?```|`[^`\n]+`)|\\([^0-9A-Za-z\s])", re.DOTALL)

JSON = dict[str, Any]


@dataclass(eq=False, slots=True)
class User:
    id: str
    name: str
    bot: bool = False
    locale: str = "en-US"

    def json(self) -> JSON:
        return {
            "id": self.id, "username": self.name, "global_name": None, "discriminator": "0", "avatar": None,
            "bot": self.bot, "public_flags": 0,
        }  # fmt: skip


@dataclass(eq=False, slots=True)
class Guild:
    id: str
    name: str
    owner: User
    channels: list[Channel] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    roles: dict[str, JSON] = field(default_factory=dict)

    def member(self, user: User, *, with_user: bool = False) -> JSON:
        member: JSON = {
            "roles": self.members.get(user.id, []), "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False,
            "mute": False, "nick": None, "avatar": None, "flags": 0, "pending": False, "premium_since": None,
            "permissions": str(self.permissions(user)), "communication_disabled_until": None,
        }  # fmt: skip
        return {**member, "user": user.json()} if with_user else member

    def permissions(self, user: User) -> int:
        mine = (int(self.roles[each]["permissions"]) for each in self.members.get(user.id, []))
        return EVERYDAY | sum(mine) if user is not self.owner else (1 << 50) - 1

    def json(self, bot: User) -> JSON:
        return {
            "id": self.id, "name": self.name, "icon": None, "splash": None, "discovery_splash": None,
            "owner_id": self.owner.id, "afk_channel_id": None, "afk_timeout": 300, "verification_level": 0,
            "default_message_notifications": 0, "explicit_content_filter": 0, "roles": list(self.roles.values()),
            "emojis": [], "stickers": [], "features": [], "mfa_level": 0, "application_id": None,
            "system_channel_id": None, "system_channel_flags": 0, "rules_channel_id": None, "vanity_url_code": None,
            "description": None, "banner": None, "premium_tier": 0, "premium_subscription_count": 0,
            "preferred_locale": "en-US", "public_updates_channel_id": None, "nsfw_level": 0, "nsfw": False,
            "premium_progress_bar_enabled": False, "joined_at": "2026-01-01T00:00:00+00:00", "large": False,
            "unavailable": False, "member_count": len(self.members), "voice_states": [], "presences": [],
            "members": [self.member(bot, with_user=True)], "stage_instances": [], "guild_scheduled_events": [],
            "channels": [each.json() for each in self.channels if each.type != THREAD],
            "threads": [each.json() for each in self.channels if each.type == THREAD and not each.hidden],
            "soundboard_sounds": [],
        }  # fmt: skip


@dataclass(eq=False, slots=True)
class Channel:
    """A channel, thread or DM.

    `refuses` is the error code of every write; `hidden` threads come without notice; without `history` the bot may not
    read what was said before.
    """

    id: str
    type: int
    name: str = ""
    guild: Guild | None = None
    parent: Channel | None = None
    person: User | None = None
    messages: dict[str, Posted] = field(default_factory=dict)
    refuses: int = 0
    hidden: bool = False
    history: bool = True
    typed: int = 0

    def json(self) -> JSON:
        if self.person:
            recipients = [self.person.json()]
            return {"id": self.id, "type": self.type, "recipients": recipients, "last_message_id": None, "flags": 0}
        whole: JSON = {
            "id": self.id, "type": self.type, "name": self.name, "guild_id": self.guild.id if self.guild else None,
            "position": 0, "permission_overwrites": [], "nsfw": False, "parent_id": None, "last_message_id": None,
            "rate_limit_per_user": 0, "topic": None, "flags": 0,
        }  # fmt: skip
        if self.type == FORUM:
            whole |= {"available_tags": [], "default_reaction_emoji": None, "default_forum_layout": 0}
        return {**whole, **self._thread()} if self.parent else whole

    def _thread(self) -> JSON:
        metadata = {
            "archived": False, "auto_archive_duration": 1440, "archive_timestamp": "2026-01-01T00:00:00+00:00",
            "locked": False, "create_timestamp": "2026-01-01T00:00:00+00:00",
        }  # fmt: skip
        owner = self.guild.owner.id if self.guild else None
        counts = {"message_count": 0, "member_count": 1, "total_message_sent": 0}
        return {"parent_id": self.parent and self.parent.id, "owner_id": owner, "thread_metadata": metadata, **counts}


@dataclass(eq=False, slots=True)
class Posted:
    """A message as it stands. `states` are all contents that it ever had; `thinking` shows no text yet."""

    id: str
    channel: Channel
    author: User
    content: str = ""
    type: int = DEFAULT
    flags: int = 0
    components: list[JSON] = field(default_factory=list)
    attachments: list[JSON] = field(default_factory=list)
    reference: Posted | None = None
    reference_id: str = ""
    mentions: list[User] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    webhook: str = ""
    asked: Asked | None = None
    nonce: str = ""
    pings: bool = True
    edited: bool = False
    deleted: bool = False
    thinking: bool = False
    allowed_mentions: JSON | None = None
    states: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The text as a person sees it: escapes gone, formatting marks left."""
        return CODE_OR_ESCAPE.sub(lambda match: match[1] or match[2], self.content)

    @property
    def pinged(self) -> bool:
        """Whether anybody's telephone rings."""
        if self.allowed_mentions is None:
            return bool(self.mentions or self.roles or "@everyone" in self.content)
        return bool(self.allowed_mentions.get("parse") or self.allowed_mentions.get("users") or self.pings)

    @property
    def buttons(self) -> list[JSON]:
        return [button for row in self.components for button in row["components"]]

    def json(self, *, withheld: bool = False, nested: bool = False) -> JSON:
        whole: JSON = {
            "id": self.id, "channel_id": self.channel.id, "author": self.author.json(),
            "content": "" if withheld else self.content, "timestamp": stamp(), "tts": False, "pinned": False,
            "edited_timestamp": stamp() if self.edited else None, "mention_everyone": False,
            "mentions": [each.json() for each in self.mentions], "mention_roles": self.roles, "embeds": [],
            "attachments": [] if withheld else self.attachments, "type": self.type,
            "flags": self.flags | (LOADING if self.thinking else 0),
            "components": [] if withheld else self.components,
        }  # fmt: skip
        if self.webhook:
            whole["webhook_id"] = whole["application_id"] = self.webhook
        if self.asked:
            whole["interaction_metadata"] = self.asked.metadata(self)
        if self.nonce:
            whole["nonce"] = self.nonce
        if self.reference_id and not nested:
            whole["message_reference"] = {"type": 0, "channel_id": self.channel.id, "message_id": self.reference_id}
            whole["referenced_message"] = self.reference.json(nested=True) if self.reference else None
        return whole


@dataclass(eq=False, slots=True)
class Asked:
    """An interaction: what was asked, and how it was answered. `answered` is the type of the callback, 0 for none."""

    id: str
    token: str
    user: User
    channel: Channel
    data: JSON
    type: int
    born: float
    answered: int = 0
    original: Posted | None = None
    pressed: Posted | None = None
    expired: bool = False
    refused: bool = False

    def metadata(self, posted: Posted) -> JSON:
        """Return what a message that answers it tells of it."""
        whole: JSON = {"id": self.id, "type": self.type, "user": self.user.json(), "authorizing_integration_owners": {}}
        if self.original and self.original is not posted:
            whole["original_response_message_id"] = self.original.id
        return whole


class Snowflakes:
    """Ids that tell the time, as Discord's do."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def __call__(self) -> str:
        return str(((int(time.time() * 1000) - 1_420_070_400_000) << 22) | (next(self._count) & 0x3FFFFF))


def stamp() -> str:
    return datetime.now(UTC).isoformat()


def mentioned(content: str, users: Iterable[User]) -> list[User]:
    ids = set(re.findall(r"<@!?(\d+)>", content))
    return [each for each in users if each.id in ids]
