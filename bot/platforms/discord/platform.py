"""Discord as the house sees it. Reading begins here; `client` listens, `outlet` writes."""

from __future__ import annotations

import asyncio
import logging
import time

import aiohttp
import discord
from discord.backoff import ExponentialBackoff
from discord.http import Route

from bot.command import Commands
from bot.contract import Apology, Gone, Moved, Platform, Receive
from bot.liveliness import Pulse
from bot.model import Attachment, Message
from bot.platforms.discord.attachments import read
from bot.platforms.discord.client import Client
from bot.platforms.discord.outlet import DiscordOutlet
from bot.platforms.discord.refusals import UNREACHABLE, apology_for, reason
from bot.platforms.discord.registration import register
from bot.platforms.discord.wire import Wire
from bot.proxy import proxy_of
from bot.settings import Settings
from bot.texts import Texts

log = logging.getLogger(__name__)

GATEWAY = "wss://gateway.discord.gg"  # where nobody names another
LONGEST_PAUSE = 30.0  # seconds between two tries to connect
# What discord.py raises where another server answers than Discord.
NONSENSE = (ValueError, KeyError, TypeError, AttributeError)


def build(settings: Settings, texts: Texts, commands: Commands) -> Platform | None:
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
        self._token = token
        self._commands = commands
        self._client: Client | None = None
        self._logging_in = asyncio.Lock()
        self._closed = False
        self._listening: set[Client] = set()
        self._shards = 1

    async def listen(self, receive: Receive, moved: Moved) -> None:
        """Connect and hand over messages until cancelled.

        Raises:
            Apology: Discord does not take the token or the intents, or is not what answers at its address.
        """
        del moved  # a channel keeps its id
        await self._listen(await self._reached(), receive, first=True)

    async def parts(self) -> int:
        """Return how many shards Discord's events come in: the setting's number, or the one that Discord recommends."""
        if self._settings.discord_shards:
            return self._settings.discord_shards
        client = await self._reached()
        try:
            shards, _gateway, _limits = await client.http.get_bot_gateway()
        except (discord.DiscordException, aiohttp.ClientError, OSError, *NONSENSE) as error:
            log.warning("Discord does not recommend a number of shards (%s); one is taken", reason(error))
            return 1
        self._shards = shards
        return shards

    async def listen_to(self, part: int, receive: Receive, moved: Moved) -> None:
        """Listen to one shard as `listen` does to everything. Each has a connection of its own."""
        shards = self._settings.discord_shards or self._shards
        if shards == 1:
            await self.listen(receive, moved)
            return
        await self._reached()
        client = await self._log_in((part, shards))
        try:
            await self._listen(client, receive, first=part == 0)
        finally:
            await client.close()

    async def _listen(self, client: Client, receive: Receive, *, first: bool) -> None:
        self._listening.add(client)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(client.hand_over(receive, self._commands))
                if first:
                    group.create_task(register(client.http, str(client.application_id), self._commands))
                group.create_task(client.mind_heartbeats())
                group.create_task(self._stay(client))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        finally:
            self._listening.discard(client)
            await client.hang_up()

    def pulse(self) -> Pulse:
        """Return how the worst connection to the gateway is; before the login it is being reached."""
        pulses = [client.pulse() for client in self._listening]
        if not pulses:
            return Pulse(time.monotonic(), connected=False)
        return Pulse(min(each.at for each in pulses), all(each.connected for each in pulses))

    async def close(self) -> None:
        """Close the gateway and the connections to the API."""
        self._closed = True
        async with self._logging_in:
            if self._client is not None:
                await self._client.close()
                self._client = None

    def outlet(self, message: Message) -> DiscordOutlet:
        """Return the place to write the answer to this message to."""
        return DiscordOutlet(message, self._wire)

    async def read(self, attachment: Attachment) -> bytes:
        """Return a file's content. Raises `Apology` when it is gone or too large."""
        return await read(attachment)

    async def is_admin(self, message: Message) -> bool:
        """Return whether the sender administers or manages the server; in a private chat always."""
        return message.chat.private or bool(message.origin.get("admin"))

    async def probe(self) -> str:
        """Return the bot's name. Raises `Apology` that says what is wrong and how to mend it."""
        client = await self._online()
        try:
            user = await client.http.request(Route("GET", "/users/@me"))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            raise self._apology(error) from error
        return str(user["username"])

    async def _wire(self) -> Wire:
        return (await self._online()).wire

    async def _online(self) -> Client:
        async with self._logging_in:
            if self._closed:
                raise Gone("the platform is closed")
            if self._client is None:
                self._client = await self._log_in()
            return self._client

    async def _log_in(self, shard: tuple[int, int] = (0, 1)) -> Client:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody misses voice here
        # A class attribute is discord.py's only way to another address, so it holds for the whole process.
        Route.BASE = self._settings.discord_api_url.rstrip("/")
        settings = self._settings
        client = Client(
            message_content=settings.discord_message_content, gateway=settings.discord_gateway_url, shard=shard
        )
        try:
            await client.login(self._token)
        except BaseException as error:
            await client.close()
            if isinstance(error, (discord.DiscordException, aiohttp.ClientError, OSError, *NONSENSE)):
                raise self._apology(error) from error
            raise
        return client

    async def _reached(self) -> Client:
        """Log in, as often as it takes where the network or Discord is down."""
        patience = ExponentialBackoff()
        while True:
            try:
                return await self._online()
            except Apology as apology:
                if apology.key != UNREACHABLE:
                    raise
                log.warning("Discord cannot be reached yet (%s); trying again", apology.values["reason"])
            await asyncio.sleep(min(patience.delay(), LONGEST_PAUSE))

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
                # discord.py trips where its first connection failed.
                if isinstance(error.__context__, (aiohttp.ClientError, OSError)):
                    log.warning(
                        "the gateway of Discord cannot be reached (%s); trying again", reason(error.__context__)
                    )
                else:
                    log.exception("the gateway of Discord sent something unreadable; connecting again")
                await client.hang_up()
            await asyncio.sleep(min(patience.delay(), LONGEST_PAUSE))

    def _apology(self, error: Exception) -> Apology:
        return apology_for(error, self._settings.discord_api_url)
