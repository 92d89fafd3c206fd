"""Discord as the house sees it. Reading begins here; `client` listens, `outlet` writes."""

from __future__ import annotations

import asyncio
import logging
import time

import aiohttp
import discord
from discord.backoff import ExponentialBackoff
from discord.gateway import ReconnectWebSocket
from discord.http import Route

from bot.config.catalogue import Catalogue
from bot.config.proxy import proxy_of
from bot.config.settings import Settings
from bot.contract import Apart, Moved, Part, Platform, Pulse, Receive
from bot.domain.command import Commands
from bot.domain.errors import Apology
from bot.domain.message import Attachment, Message
from bot.platforms.discord.attachments import read
from bot.platforms.discord.client import LONGEST_PAUSE, Login
from bot.platforms.discord.errors import NONSENSE, apology_for, reason
from bot.platforms.discord.gateway import Client
from bot.platforms.discord.identifies import Identifies
from bot.platforms.discord.menu import register
from bot.platforms.discord.outlet import DiscordOutlet

log = logging.getLogger(__name__)

GATEWAY = "wss://gateway.discord.gg"  # where nobody names another


def build(settings: Settings, texts: Catalogue, commands: Commands) -> Platform | None:
    """Return the platform, or None without a token.

    Raises:
        SettingsError: The environment names a proxy to it that nothing can go through.
    """
    del texts  # everything said here is an Apology, which the catalogue words
    if settings.discord_token is None:
        return None
    for url in (settings.discord_api_url, settings.discord_gateway_url or GATEWAY):
        proxy_of(url)
    return Discord(settings, settings.discord_token.get_secret_value().strip(), commands)


class Discord:
    """The platform. It logs in when it is first needed: to listen, to write, or to be asked who it is."""

    name = "discord"
    lasting = True  # another process can answer later what was said here

    def __init__(self, settings: Settings, token: str, commands: Commands) -> None:
        self._settings = settings
        self._commands = commands
        self._identifies = Identifies()
        self._login = Login(settings, token, self._identifies)
        self._listening: set[Client] = set()

    async def listen(self, receive: Receive, moved: Moved) -> None:
        """Connect and hand over messages until cancelled.

        Raises:
            Apology: Discord does not take the token or the intents, or is not what answers at its address.
        """
        del moved  # a channel keeps its id
        await self._listen(await self._login.reached(), receive, first=True)

    async def parts(self) -> int:
        """Return how many shards Discord's events come in: the setting's number, or the one that Discord recommends.

        As long as Discord recommends none there is none to listen to: another number than the others' would be wrong.
        """
        if self._settings.discord_shards:
            return self._settings.discord_shards
        client, patience = await self._login.reached(), ExponentialBackoff()
        while True:
            try:
                shards, _gateway, _limits = await client.http.get_bot_gateway()
            except (discord.DiscordException, aiohttp.ClientError, OSError, *NONSENSE) as error:
                log.warning("Discord does not recommend a number of shards (%s); asking again", reason(error))
            else:
                return shards
            await asyncio.sleep(min(patience.delay(), LONGEST_PAUSE))

    async def listen_to(self, part: Part, receive: Receive, moved: Moved, apart: Apart) -> None:
        """Listen to one shard as `listen` does to everything. Each has a connection of its own."""
        if part.of == 1:
            await self.listen(receive, moved)
            return
        self._identifies.apart = apart
        await self._login.reached()
        client = await self._login.reached((part.number, part.of))
        try:
            await self._listen(client, receive, first=part.number == 0)
        finally:
            await client.close()

    async def _listen(self, client: Client, receive: Receive, *, first: bool) -> None:
        client.hand_over_to(receive, self._commands)
        self._listening.add(client)
        try:
            async with asyncio.TaskGroup() as group:
                if first:
                    group.create_task(register(client.http, str(client.application_id), self._commands))
                group.create_task(client.mind_heartbeats())
                group.create_task(self._stay(client))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        finally:
            self._listening.discard(client)
            # Who listens next may begin only then; and what was heard is nowhere else until it is handed over.
            await asyncio.gather(client.hang_up(), client.handed_over())

    def pulse(self) -> Pulse:
        """Return how the worst connection to the gateway is; before the login it is being reached."""
        pulses = [client.pulse() for client in self._listening]
        if not pulses:
            return Pulse(time.monotonic(), connected=False)
        return Pulse(min(each.at for each in pulses), all(each.connected for each in pulses))

    async def close(self) -> None:
        """Close the gateway and the connections to the API."""
        await self._login.close()

    def outlet(self, message: Message) -> DiscordOutlet:
        """Return the place to write the answer to this message to."""
        return DiscordOutlet(message, self._login.wire, self._login.acknowledgements)

    async def read(self, attachment: Attachment) -> bytes:
        """Return a file's content. Raises `Apology` when it is gone or too large."""
        return await read(attachment)

    async def is_admin(self, message: Message) -> bool:
        """Return whether the sender administers or manages the server; in a private chat always."""
        return message.chat.private or bool(message.origin.get("admin"))

    async def probe(self) -> str:
        """Return the bot's name. Raises `Apology` that says what is wrong and how to mend it."""
        client = await self._login.client()
        try:
            user = await client.http.request(Route("GET", "/users/@me"))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            raise self._apology(error) from error
        return str(user["username"])

    async def _stay(self, client: Client) -> None:
        """Stay connected. discord.py reconnects by itself, except after an event that it cannot read."""
        patience = ExponentialBackoff()
        while not client.is_closed():
            try:
                await client.converse()
            except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired, discord.LoginFailure) as error:
                raise self._apology(error) from error
            except (discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
                log.warning("the gateway of Discord cannot be reached (%s); trying again", reason(error))
                await client.hang_up()
            except Exception as error:
                # discord.py trips where its first connection failed, or was ended before there was a session.
                if isinstance(error.__context__, (aiohttp.ClientError, OSError)):
                    log.warning(
                        "the gateway of Discord cannot be reached (%s); trying again", reason(error.__context__)
                    )
                elif not isinstance(error.__context__, ReconnectWebSocket):
                    log.exception("the gateway of Discord sent something unreadable; connecting again")
                await client.hang_up()
            await asyncio.sleep(min(patience.delay(), LONGEST_PAUSE))

    def _apology(self, error: Exception) -> Apology:
        return apology_for(error, self._settings.discord_api_url)
