"""The loopback Discord's memory: who is there, what was said and asked, and telling the gateway and the test of it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tests.servers.discord.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, MESSAGE_CONTENT, Gateway, on_shard
from tests.servers.discord.world import (
    DM,
    EVERYDAY,
    JSON,
    THREAD,
    Asked,
    Channel,
    Guild,
    Posted,
    Snowflakes,
    User,
    mentioned,
)
from tests.servers.overheard import LEDGER

T = TypeVar("T")
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Call:
    """A call to the REST API as it came in, with the status it was answered with; `time` is the loop's."""

    method: str
    path: str
    body: JSON
    status: int
    time: float


class State:
    """Everything the server knows."""

    def __init__(self, token: str) -> None:
        self.token = token
        LEDGER.now.keeps(token)
        self.ids = Snowflakes()
        self.bot = User(self.ids(), "yingda", bot=True)
        self.application = self.ids()
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.guilds: list[Guild] = []
        self.channels: dict[str, Channel] = {}
        self.interactions: dict[str, Asked] = {}
        self.commands: list[JSON] = []
        self.calls: list[Call] = []
        self.files: dict[str, bytes] = {}
        self.url = ""
        self.gateway = Gateway(token, self.bot, self.application, self.guilds, self.tell)
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        """Wake all that wait for a change."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, found: Callable[[], T | None], wanted: Callable[[], str], within: float = PATIENCE) -> T:
        """Return what is found as soon as it is true. Raises AssertionError with what was wanted."""
        try:
            async with asyncio.timeout(within):
                while not (result := found()):
                    future = asyncio.get_running_loop().create_future()
                    self._waiting.add(future)
                    try:
                        await future
                    finally:
                        self._waiting.discard(future)
                return result
        except TimeoutError:
            raise AssertionError(wanted()) from None

    def user(self, name: str, locale: str = "en-US", *, bot: bool = False) -> User:
        """Return the user of that name, made at the first asking."""
        known = next((each for each in self.users.values() if each.name == name), None)
        if known:
            return known
        user = User(self.ids(), name, bot=bot, locale=locale)
        self.users[user.id] = user
        return user

    def guild(self, name: str, owner: str = "owner", shard: tuple[int, int] = (0, 1)) -> Guild:
        """Make a guild that the bot is in, with the role that Discord makes for a bot; its events come on a shard."""
        identity = self.ids()
        while not on_shard(identity, shard):
            identity = self.ids()
        guild = Guild(identity, name, self.user(owner))
        self._role(guild, guild.id, "@everyone", EVERYDAY)
        managed = self.ids()
        self._role(guild, managed, self.bot.name, EVERYDAY)
        guild.roles[managed] |= {"managed": True, "tags": {"bot_id": self.bot.id}}
        guild.members |= {guild.owner.id: [], self.bot.id: [managed]}
        guild.users |= {guild.owner.id: guild.owner, self.bot.id: self.bot}
        self.guilds.append(guild)
        return guild

    def role(self, guild: Guild, name: str, permissions: int) -> str:
        """Make a role and return its id."""
        identity = self.ids()
        self._role(guild, identity, name, permissions)
        return identity

    def channel(self, kind: int, name: str = "", guild: Guild | None = None, parent: Channel | None = None) -> Channel:
        """Make a channel, thread or DM."""
        channel = Channel(self.ids(), kind, name, guild, parent)
        self.channels[channel.id] = channel
        if guild:
            guild.channels.append(channel)
        return channel

    def direct(self, person: User) -> Channel:
        """Return the DM channel with a person."""
        known = next((each for each in self.channels.values() if each.person is person), None)
        if known is None:
            known = self.channel(DM)
            known.person = person
        return known

    async def announce(self, channel: Channel) -> None:
        """Tell the gateway's clients of a new channel or thread."""
        event = "THREAD_CREATE" if channel.type == THREAD else "CHANNEL_CREATE"
        await self.gateway.dispatch(event, lambda _: channel.json())

    async def post(self, posted: Posted) -> Posted:
        """Put a message into its channel and tell the gateway's clients."""
        members = posted.channel.guild.users.values() if posted.channel.guild else self.users.values()
        posted.mentions = mentioned(posted.content, members)
        if posted.reference and posted.pings and posted.reference.author not in posted.mentions:
            posted.mentions.append(posted.reference.author)
        if not posted.author.bot:
            LEDGER.now.says(posted.content)
        posted.channel.messages[posted.id] = posted
        posted.states.append(posted.content)
        self.tell()
        await self.gateway.dispatch("MESSAGE_CREATE", lambda intents: self._event(posted, intents))
        return posted

    async def change(self, posted: Posted) -> None:
        """Tell everyone that a message stands differently now."""
        posted.edited, posted.thinking = True, False
        posted.states.append(posted.content)
        self.tell()
        await self.gateway.dispatch("MESSAGE_UPDATE", lambda intents: self._event(posted, intents))

    async def ask(self, user: User, channel: Channel, kind: int, data: JSON, pressed: Posted | None = None) -> Asked:
        """Start an interaction and send it over the gateway."""
        born = asyncio.get_running_loop().time()
        asked = Asked(self.ids(), "aW50" + secrets.token_urlsafe(24), user, channel, data, kind, born, pressed=pressed)
        self.interactions[asked.token] = asked
        LEDGER.now.keeps(asked.token)
        LEDGER.now.says(*(each.get("value") for each in data.get("options", ())))
        await self.gateway.dispatch("INTERACTION_CREATE", lambda _: self._interaction(asked))
        return asked

    def _event(self, posted: Posted, intents: int) -> JSON | None:
        guild = posted.channel.guild
        if not intents & (GUILD_MESSAGES if guild else DIRECT_MESSAGES):
            return None
        concerns = posted.author is self.bot or self.bot in posted.mentions or guild is None
        data = posted.json(withheld=not (concerns or intents & MESSAGE_CONTENT))
        if guild is None:
            return data
        member = {} if posted.webhook else {"member": guild.member(posted.author)}
        return {**data, **member, "guild_id": guild.id}

    def _interaction(self, asked: Asked) -> JSON:
        guild = asked.channel.guild
        whole: JSON = {
            "id": asked.id, "application_id": self.application, "type": asked.type, "token": asked.token, "version": 1,
            "data": asked.data, "locale": asked.user.locale, "app_permissions": str(EVERYDAY), "entitlements": [],
            "channel_id": asked.channel.id, "channel": asked.channel.json(), "attachment_size_limit": 10_485_760,
            "authorizing_integration_owners": {}, "context": 0 if guild else 1,
        }  # fmt: skip
        if asked.pressed:
            whole["message"] = asked.pressed.json()
        if guild is None:
            return {**whole, "user": asked.user.json()}
        place = {"guild_id": guild.id, "guild_locale": "en-US"}
        return {**whole, **place, "member": guild.member(asked.user, with_user=True)}

    @staticmethod
    def _role(guild: Guild, identity: str, name: str, permissions: int) -> None:
        guild.roles[identity] = {
            "id": identity, "name": name, "permissions": str(permissions), "color": 0, "hoist": False, "icon": None,
            "unicode_emoji": None, "position": 0, "managed": False, "mentionable": False, "flags": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        }  # fmt: skip
