"""Logging in to Discord's API: once, when it is first needed, and again where it could not be reached."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import discord
from discord.backoff import ExponentialBackoff
from discord.http import Route

from bot.config.settings import Settings
from bot.domain.errors import Apology, Gone, RetryAfter
from bot.platforms.discord.acknowledgements import Acknowledgements
from bot.platforms.discord.errors import NONSENSE, TOKEN, UNREACHABLE, apology_for
from bot.platforms.discord.gateway import Client
from bot.platforms.discord.identifies import Identifies
from bot.platforms.discord.rest import Wire

log = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0  # seconds between two tries to connect
WRITE_WITHIN = 10.0  # seconds that who wants to write waits for a login


class Login:
    """The client that is logged in, of which everything is asked and by which everything is written."""

    def __init__(self, settings: Settings, token: str, identifies: Identifies) -> None:
        self._identifies = identifies
        self._settings = settings
        self._token = token
        self._client: Client | None = None
        self._logging_in = asyncio.Lock()
        self._closed = False
        self._failures = 0
        self._pause_until = 0.0
        self.acknowledgements = Acknowledgements(self.wire)

    async def client(self) -> Client:
        """Return the client, logged in.

        Raises:
            Apology: Discord cannot be reached, does not take the token, or is not what answers at its address.
            Gone: The platform is closed.
        """
        async with self._logging_in:
            if self._closed:
                raise Gone("the platform is closed")
            if self._client is None:
                self._client = await self.another()
            return self._client

    async def another(self, shard: tuple[int, int] = (0, 1)) -> Client:
        """Return a client of its own for a shard, logged in; whoever asks for it closes it. Raises as `client`."""
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody misses voice here
        # A class attribute is discord.py's only way to another address, so it holds for the whole process.
        Route.BASE = self._settings.discord_api_url.rstrip("/")
        client = Client(self._settings, self.acknowledgements, self._identifies, shard)
        try:
            await client.login(self._token)
        except BaseException as error:
            await client.close()
            if isinstance(error, (discord.DiscordException, aiohttp.ClientError, OSError, *NONSENSE)):
                raise apology_for(error, self._settings.discord_api_url) from error
            raise
        return client

    async def reached(self, shard: tuple[int, int] | None = None) -> Client:
        """Log in, for a shard or not, as often as it takes where the network or Discord is down."""
        patience = ExponentialBackoff()
        while True:
            try:
                return await (self.another(shard) if shard else self.client())
            except Apology as apology:
                if apology.key != UNREACHABLE:
                    raise
                log.warning("Discord cannot be reached yet (%s); trying again", apology.values["reason"])
            await asyncio.sleep(min(patience.delay(), LONGEST_PAUSE))

    async def wire(self) -> Wire:
        """Return the way to write.

        Raises:
            RetryAfter: Discord cannot be reached yet; the longer that lasts, the longer the pause.
            Gone: The platform is closed, or Discord does not take the token.
        """
        if self._client is not None:
            return self._client.wire
        now = asyncio.get_running_loop().time()
        if now < self._pause_until:
            raise RetryAfter(self._pause_until - now)
        try:
            async with asyncio.timeout(WRITE_WITHIN):
                return (await self.client()).wire
        except (Apology, TimeoutError) as error:
            if isinstance(error, Apology) and error.key == TOKEN:
                raise Gone("Discord does not take the token") from error
            raise RetryAfter(self._pause()) from error

    def _pause(self) -> float:
        """Let nobody try to write for some seconds, and return how many."""
        seconds = min(2.0**self._failures, LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 10)
        self._pause_until = asyncio.get_running_loop().time() + seconds
        return seconds

    async def close(self) -> None:
        """Close the connections; nobody logs in any more."""
        self._closed = True
        async with self._logging_in:
            if self._client is not None:
                await self._client.close()
                self._client = None
