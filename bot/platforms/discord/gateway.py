"""The connection to Discord's gateway: events in their order, interactions acknowledged at once."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
import time
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, KeepAliveHandler

from bot.config.proxy import Connector
from bot.config.settings import Settings
from bot.contract import Pulse, Receive
from bot.domain.command import Commands
from bot.domain.message import Message
from bot.platforms.discord import events
from bot.platforms.discord.acknowledgements import DEFERRED, Acknowledgements
from bot.platforms.discord.identifies import Identifies
from bot.platforms.discord.reconnects import Reconnects
from bot.platforms.discord.rest import Wire, trace
from bot.turn.scheduler import Scheduler

HANG_UP_WITHIN = 2.0
# A heartbeat not acknowledged after so many intervals, but at least so many seconds, will not be.
MISSED_INTERVALS, MISSED_SECONDS = 1.2, 2.0
LOOK_SECONDS = 0.5
# Seconds that asking for a channel may take, and that all may take which is still handed over when listening ends:
# less than whoever ended it waits before insisting.
PLACE_WITHIN, HAND_OVER_WITHIN = 2.0, 4.5

log = logging.getLogger(__name__)


Event = discord.Message | discord.Interaction[Any]


class Client(discord.Client):
    """discord.py's client. It keeps no messages and no members: what is needed comes with each event."""

    def __init__(
        self,
        settings: Settings,
        acknowledgements: Acknowledgements,
        identifies: Identifies,
        shard: tuple[int, int] = (0, 1),
    ) -> None:
        content = settings.discord_message_content
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=content)
        number, shards = shard
        super().__init__(
            shard_id=number if shards > 1 else None,
            shard_count=shards if shards > 1 else None,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            connector=Connector(),
            http_trace=trace(),
            max_ratelimit_timeout=30.0,  # the smallest there is
        )
        self.wire = Wire(self.http)
        self.reconnects = Reconnects()
        self._pace_connections()
        self._gateway = settings.discord_gateway_url
        self._acknowledgements = acknowledgements
        self._identifies = identifies
        self._may_identify = False
        self._patience = 120.0  # seconds
        self._away = asyncio.timeout(None)
        self._connected = False
        self._handing = Scheduler()
        self._handing_since: dict[int, float] = {}

    async def converse(self) -> None:
        """Stay connected to the gateway, by the setting's address or the one that the API names.

        Raises:
            TimeoutError: It was not to be reached again for so long that beginning anew is better: discord.py waits
                longer after every try, up to a quarter of an hour.
            discord.ConnectionClosed, discord.PrivilegedIntentsRequired: The gateway does not want this bot.
        """
        # The only way to tell discord.py where its gateway is; of the whole process, like `Route.BASE`.
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(await self._where())
        if self.shard_id is not None:  # discord.py gives a connection up that has not identified itself within 60 s
            await self._identifies.turn(self.shard_id)
            self._may_identify = True
        async with asyncio.timeout(None) as self._away:
            await self.connect()

    def _pace_connections(self) -> None:
        """Let every connection to the gateway wait for its turn: this is where all of discord.py's tries pass."""
        connect = self.http.ws_connect

        async def paced(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
            await self.reconnects.turn()
            return await connect(url, compress=compress)

        self.http.ws_connect = paced  # type: ignore[method-assign]  # there is no other way in

    async def _where(self) -> str:
        """Return the gateway's address, and learn how many shards may begin at once."""
        if self._gateway and self.shard_id is None:
            return self._gateway
        _shards, told, limits = await self.http.get_bot_gateway()
        self._identifies.at_once = max(1, limits["max_concurrency"])
        return self._gateway or told

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for this shard's turn, where it has not just come."""
        if shard_id is None:
            await super().before_identify_hook(shard_id, initial=initial)
        elif not self._may_identify:
            await self._identifies.turn(shard_id)
        else:
            self._may_identify = False
            self._identifies.begins(shard_id)

    def pulse(self) -> Pulse:
        """Return when the gateway was last heard, or, where that is longer ago, since when an event is handed over.

        While it is not connected, discord.py is about connecting, and `converse` about discord.py.
        """
        now = time.monotonic()
        alive = self._heart if self._connected else None
        silent = time.perf_counter() - alive._last_recv if alive else 0.0  # noqa: SLF001 — nothing public tells it
        at = now - max(0.0, silent)
        return Pulse(min([at, *self._handing_since.values()]), self._connected)

    async def mind_heartbeats(self) -> None:
        """Break a connection, for ever, on which a heartbeat was missed: discord.py then resumes the session.

        By itself it waits for 60 s, and then for a goodbye of the dead; `watched` would begin a new session before
        that, which is never told what the old one has missed.
        """
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            heart = self._heart
            if heart is None or heart.interval is None:
                continue
            patience = max(MISSED_INTERVALS * heart.interval, MISSED_SECONDS)
            if time.perf_counter() - heart._last_ack > patience:  # noqa: SLF001 — nothing public tells it
                log.warning("the gateway of Discord has missed a heartbeat; connecting again")
                self._break()

    @property
    def _heart(self) -> KeepAliveHandler | None:
        """What keeps the connection to the gateway alive, while there is one."""
        return self.ws._keep_alive if self.ws else None  # noqa: SLF001 — nothing public leads there

    def _break(self) -> None:
        """End the connection without a goodbye, which nobody might answer: discord.py finds it lost at once."""
        line = self.ws.socket.get_extra_info("socket")
        with contextlib.suppress(OSError):  # it is lost already
            if line:
                line.shutdown(socket.SHUT_RDWR)

    async def hang_up(self) -> None:
        """Leave the gateway; calls to the REST API go on."""
        self._connected = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HANG_UP_WITHIN):
                if self.ws and self.ws.open:  # discord.py has None here before the first connection
                    await self.ws.close(code=1000)

    async def on_connect(self) -> None:
        """Resume at the address of the setting too: the one that Discord names would go past the owner's gateway."""
        self._back_by(None)
        self.reconnects.ready()
        self._connected = True
        if self._gateway:
            self.ws.gateway = yarl.URL(self._gateway)

    async def on_resumed(self) -> None:
        """Forget that the connection was lost."""
        self._back_by(None)
        self.reconnects.ready()
        self._connected = True

    async def on_disconnect(self) -> None:
        """Begin to lose patience."""
        self._connected = False
        if self._away.when() is None:
            self._back_by(asyncio.get_running_loop().time() + self._patience)

    async def on_message(self, message: discord.Message) -> None:
        """Hand over what a person said; bots, webhooks and the bot itself are not listened to."""
        if not message.author.bot and message.webhook_id is None:
            self._hand_over(message, message.channel.id)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Hand over a slash command or a button, and tell Discord at the same time that it was received."""
        if interaction.type in DEFERRED:
            self._hand_over(interaction, interaction.channel_id)
            await self._acknowledgements.give(interaction)

    def hand_over_to(self, receive: Receive, commands: Commands) -> None:
        """Name who is handed over what is heard from now on: one after the other within a channel."""
        self._receive, self._commands = receive, commands

    async def handed_over(self) -> None:
        """Wait until everything that was heard is handed over; what takes too long is given up."""
        if given_up := await self._handing.drain(HAND_OVER_WITHIN):
            log.error("%d events of Discord could not be handed over in time", given_up)

    def _hand_over(self, event: Event, channel: int | None) -> None:
        # discord.py runs every event in a task of its own; their first steps, which end here, run in order.
        self._handing.start(channel, functools.partial(self._handed, event))

    async def _handed(self, event: Event) -> None:
        self._handing_since[event.id] = time.monotonic()
        try:
            if message := await self._told(event):
                await self._receive(message)
        except Exception:
            log.exception("an event of Discord was not taken over")
        finally:
            self._handing_since.pop(event.id, None)

    async def _told(self, event: Event) -> Message | None:
        if isinstance(event, discord.Interaction):
            return events.asked(event, self._commands)
        if self.user is None:  # nothing is heard before the login
            return None
        return events.said(event, await self._place(event), self.user, self._commands)

    async def _place(self, message: discord.Message) -> events.Place:
        """Return where it was said; a thread that the gateway has not told of is asked for: its parent is the chat."""
        if not isinstance(message.channel, discord.PartialMessageable):
            return message.channel
        try:
            async with asyncio.timeout(PLACE_WITHIN):
                return await self.fetch_channel(message.channel.id)
        except (discord.DiscordException, OSError):
            return message.channel

    def _back_by(self, when: float | None) -> None:
        with contextlib.suppress(RuntimeError):  # the conversation has just ended
            self._away.reschedule(when)
