"""A gateway that has died without a word is noticed by its missing heartbeats, and nothing said meanwhile is lost."""

from __future__ import annotations

from tests.bot.platforms.test_discord.conftest import listening
from tests.servers.discord import DiscordServer


async def test_what_was_said_on_a_dead_connection_is_heard_when_the_session_goes_on(server: DiscordServer) -> None:
    server.gateway.interval = 0.2
    alice = server.dm("alice")
    async with listening(server):
        server.gateway.die()
        await alice.says("anybody there?")
        await alice.sees("you said: anybody there?")
        assert (server.gateway.resumed, server.gateway.identified) == (1, 1)


async def test_a_gateway_that_acknowledges_no_heartbeat_is_left_and_resumed(server: DiscordServer) -> None:
    server.gateway.interval = 0.2
    alice = server.dm("alice")
    async with listening(server) as bot:
        server.gateway.acknowledges = False
        await server.until(lambda: server.gateway.resumed, lambda: "not resumed")
        server.gateway.acknowledges = True
        await alice.says("hello")
        await alice.sees("you said: hello")
        assert (server.gateway.identified, len(bot.messages)) == (1, 1)
