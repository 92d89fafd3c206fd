"""Connecting, staying connected, and refusals in plain words."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import handlers
from bot.config.catalogue import LANGUAGES, Catalogue
from bot.domain.command import Commands
from bot.domain.errors import Apology, Gone
from bot.platforms.discord import build
from tests.bot.platforms.test_discord.conftest import Bot, listening, made, page, settings, silence
from tests.servers.discord import DiscordServer


def test_there_is_no_platform_without_a_token() -> None:
    texts = Catalogue(Path(handlers.__file__).parent / "texts")
    assert build(settings(), texts, Commands([])) is None


async def test_the_gateway_is_where_the_api_says(server: DiscordServer) -> None:
    async with listening(server, discord_api_url=server.api_url + "/"):
        assert len(server.called("GET /gateway/bot")) == 1
    assert server.gateway.paths == ["/gateway/?v=10&encoding=json&compress=zlib-stream"]


async def test_the_gateway_is_where_the_setting_says(server: DiscordServer) -> None:
    there, server.gateway.url = server.gateway.url, "ws://127.0.0.1:1/"
    alice = server.dm("alice")
    async with listening(server, discord_gateway_url=there):
        assert server.called("GET /gateway/bot") == []
        server.gateway.cut()
        await server.until(lambda: server.gateway.resumed, lambda: "not resumed")
        await alice.says("hello")
        await alice.sees("you said: hello")


@pytest.mark.parametrize("how", ["reconnect", "cut", "close"])
async def test_nothing_is_lost_when_the_connection_is(server: DiscordServer, how: str) -> None:
    alice = server.dm("alice")
    async with listening(server) as bot:
        await alice.says("one")
        await bot.hears()
        disconnect = {"reconnect": server.gateway.reconnect, "close": server.gateway.close}
        server.gateway.cut() if how == "cut" else await disconnect[how]()
        await alice.says("two")
        await alice.sees("you said: two")
        assert (server.gateway.resumed, server.gateway.identified) == (1, 1)
        assert [each.text for each in bot.messages] == ["one", "two"]


async def test_a_discord_that_was_away_for_a_while_is_found_again(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server):
        await server.stop()
        await server.start()
        await alice.says("back?")
        await alice.sees("you said: back?")
        assert (server.gateway.resumed, server.gateway.identified) == (1, 1)


async def test_a_gateway_that_stays_away_is_begun_anew(server: DiscordServer) -> None:
    platform = made(server)
    client = await platform._login.client()
    client._patience = 0.05
    conversation = asyncio.create_task(client.converse())
    await server.connects()
    await server.stop()
    with pytest.raises(TimeoutError):
        await conversation
    await platform.close()


async def test_a_gateway_that_the_api_does_not_name_is_asked_for_again(server: DiscordServer) -> None:
    server.fail("GET /gateway/bot", 404)
    alice = server.dm("alice")
    async with listening(server):
        await alice.says("hello")
        await alice.sees("you said: hello")


async def test_what_a_resume_brings_twice_is_known_by_its_update(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("once")
        await bot.hears()
        server.gateway.rewind = 1
        await server.gateway.reconnect()
        await bot.hears(2)
        assert len({each.update for each in bot.messages}) == 1


async def test_an_invalid_session_is_begun_anew(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server):
        await server.gateway.invalidate()
        await server.connects(2)
        await alice.says("hello")
        await alice.sees("you said: hello")


async def test_heartbeats_go_on(server: DiscordServer) -> None:
    server.gateway.interval = 0.05
    async with listening(server):
        await server.until(lambda: server.gateway.heartbeats > 3, lambda: "no heartbeats")
        assert server.gateway.connections == 1


async def test_an_event_that_nobody_can_read_stops_nothing(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server):
        await server.gateway.dispatch("INTERACTION_CREATE", lambda _: {"id": "1"})
        await server.connects(2)
        await alice.says("hello")
        await alice.sees("you said: hello")


async def test_a_receiver_that_fails_once_is_given_the_next_message(server: DiscordServer) -> None:
    async def fail(message: object, platform: object) -> None:
        raise ValueError("a bug")

    alice = server.dm("alice")
    async with listening(server, answer=fail) as bot:
        await alice.says("one")
        await alice.says("two")
        await bot.hears(2)


async def test_outlets_work_after_listening_ended_until_closed(server: DiscordServer) -> None:
    alice = server.dm("alice")
    platform = made(server)
    bot = Bot(server, platform, silence)
    listen = asyncio.create_task(platform.listen(bot.receive, bot.moved))
    await server.connects()
    await alice.says("question")
    outlet = platform.outlet(await bot.hears())
    await outlet.write(page("half", final=False))
    listen.cancel()
    await asyncio.wait([listen])
    await server.until(lambda: not server.gateway.connected, lambda: "still connected")
    await outlet.write(page("whole"))
    assert alice.screen == ["whole"]
    await platform.close()
    with pytest.raises(Gone):
        await outlet.write(page("more", 1))


async def _refusal(server: DiscordServer, **settings: object) -> str:
    platform = made(server, **settings)
    bot = Bot(server, platform, silence)
    with pytest.raises(Apology) as refusal:
        await platform.listen(bot.receive, bot.moved)
    await platform.close()
    texts = Catalogue(Path(handlers.__file__).parent / "texts")
    sentences = [texts.say(language, refusal.value.key, **refusal.value.values) for language in LANGUAGES]
    return sentences[-1]


async def test_a_wrong_token_is_said_to_be_wrong(server: DiscordServer) -> None:
    sentence = await _refusal(server, discord_token="another-token")
    assert "DISCORD_TOKEN" in sentence
    assert "another" not in sentence


async def test_a_token_that_the_gateway_refuses_is_said_to_be_wrong(server: DiscordServer) -> None:
    server.gateway.token = "another-token"
    assert "DISCORD_TOKEN" in await _refusal(server)


async def test_a_refused_intent_is_explained(server: DiscordServer) -> None:
    server.gateway.allowed = 0
    sentence = await _refusal(server)
    assert "Message Content Intent" in sentence
    assert "DISCORD_MESSAGE_CONTENT=false" in sentence


async def test_another_final_close_is_named(server: DiscordServer) -> None:
    async with listening(server, answer=silence) as bot:
        platform = made(server)
        listen = asyncio.create_task(platform.listen(bot.receive, bot.moved))
        await server.connects(2)
        await server.gateway.close(4013)
        with pytest.raises(Apology, match="discord_closed"):
            await listen
        await platform.close()


async def test_an_address_where_something_else_answers_is_named(server: DiscordServer) -> None:
    there = server.url + "/nothing"
    assert there in await _refusal(server, discord_api_url=there)


@pytest.mark.parametrize("status", [0, 503])
async def test_a_discord_that_is_down_at_the_start_is_tried_again(server: DiscordServer, status: int) -> None:
    server.fail("GET /users/@me", status)
    alice = server.dm("alice")
    async with listening(server):
        await alice.says("hello")
        await alice.sees("you said: hello")


async def test_a_number_of_shards_that_discord_does_not_name_is_asked_for_again(server: DiscordServer) -> None:
    server.gateway.shards = 3
    server.fail("GET /gateway/bot", 404)
    platform = made(server)
    assert await platform.parts() == 3
    assert len(server.called("GET /gateway/bot")) == 2
    await platform.close()


async def test_a_probe_of_a_discord_that_is_down_says_so() -> None:
    async with DiscordServer() as server:
        platform = made(server)
    with pytest.raises(Apology, match="discord_unreachable"):
        await platform.probe()


async def test_a_probe_tells_the_name_or_what_is_wrong(server: DiscordServer) -> None:
    platform = made(server)
    assert await platform.probe() == "yingda"
    await platform.close()
    wrong = made(server, discord_token="another-token")
    for _ in range(2):
        with pytest.raises(Apology, match="discord_token"):
            await wrong.probe()
    await wrong.close()
    assert server.gateway.connections == 0
