"""Calls that discord.py would repeat by itself, although they would be done twice."""

from __future__ import annotations

from typing import Any

import aiohttp
import discord
import pytest

from bot.platforms.discord.rest import Unheard, Wire, trace
from tests.bot.platforms.test_discord.conftest import listening
from tests.servers.discord import DiscordServer

RESET_BY_PEER = 54  # as macOS counts it; of Linux's number, 104, discord.py knows nothing


class Resetting(aiohttp.TCPConnector):
    """Connections that can be reset as on the machines where discord.py tries again."""

    resets = 0
    broken = False

    async def connect(self, *asked: Any, **more: Any) -> Any:
        if self.broken:
            self.resets += 1
            raise OSError(RESET_BY_PEER, "Connection reset by peer")
        return await super().connect(*asked, **more)


async def test_what_is_asked_for_once_is_not_repeated_where_the_connection_is_reset(server: DiscordServer) -> None:
    async with listening(server):  # so that discord.py knows the server's address
        connector = Resetting()
        client = discord.Client(intents=discord.Intents.none(), connector=connector, http_trace=trace())
        await client.login(server.token)
        connector.broken = True
        with pytest.raises(Unheard):
            await Wire(client.http).call("POST", "/webhooks/1/token", {"content": "a"}, {}, once=True)
        await client.close()
        assert connector.resets == 1
