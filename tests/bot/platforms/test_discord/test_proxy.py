"""Discord behind a proxy: the API, the gateway and files, each by the proxy of its own address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from bot.config.settings import SettingsError
from bot.domain.errors import Apology
from tests.bot.platforms.test_discord.conftest import letters, listening, made, silence
from tests.servers.discord import DiscordServer
from tests.servers.forward import ForwardProxy, surround

FAR = "discord.invalid"


@pytest.fixture
async def proxy(server: DiscordServer) -> AsyncIterator[ForwardProxy]:
    """The only one who knows where `discord.invalid` is."""
    async with ForwardProxy({FAR: urlsplit(server.url).port or 0}) as proxy:
        yield proxy


def move_away(server: DiscordServer) -> None:
    """Let the server call itself by a name that only the proxy knows."""
    server.url, server.gateway.url = f"http://{FAR}", f"ws://{FAR}/gateway/"


async def test_the_api_the_gateway_and_files_go_through_it(
    server: DiscordServer, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    surround(monkeypatch, HTTP_PROXY=proxy.url)
    move_away(server)
    alice = server.dm("alice")
    async with listening(server, letters) as bot:
        await alice.says("hello")
        await alice.sees("you said: hello")
        bot.answer = silence
        await alice.invokes("letters", file=("a.txt", b"content"))
        message = await bot.hears(2)
        assert await bot.platform.read(message.attachments[0]) == b"content"
        await server.calls_to("PUT /applications/.*/commands")
    assert proxy.passed.count(f"GET ws://{FAR}/gateway/?v=10&encoding=json&compress=zlib-stream") == 1
    assert f"GET http://{FAR}/attachments/" in "\n".join(proxy.passed)
    assert len([each for each in proxy.passed if f"http://{FAR}/api/v10" in each]) == len(server.calls)


async def test_a_lost_connection_is_resumed_through_it(
    server: DiscordServer, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    surround(monkeypatch, ALL_PROXY=proxy.url)
    move_away(server)
    alice = server.dm("alice")
    async with listening(server):
        server.gateway.cut()
        await alice.says("hello")
        await alice.sees("you said: hello")
    assert (server.gateway.resumed, len([each for each in proxy.passed if "ws://" in each])) == (1, 2)


async def test_addresses_that_need_none_are_asked_without(
    server: DiscordServer, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    surround(monkeypatch, HTTP_PROXY=proxy.url, NO_PROXY="localhost,127.0.0.1")
    alice = server.dm("alice")
    async with listening(server, discord_gateway_url=server.gateway.url):
        await alice.says("hello")
        await alice.sees("you said: hello")
    assert proxy.passed == []


async def test_a_gateway_of_ones_own_may_need_none_where_the_api_does(
    server: DiscordServer, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    surround(monkeypatch, HTTP_PROXY=proxy.url, NO_PROXY="127.0.0.1")
    gateway = server.gateway.url
    move_away(server)
    alice = server.dm("alice")
    async with listening(server, discord_gateway_url=gateway):
        await alice.says("hello")
        await alice.sees("you said: hello")
    assert len(proxy.passed) == len(server.calls) > 0


async def test_its_login_is_taken_from_its_address_and_never_told(
    server: DiscordServer, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ForwardProxy(proxy.names, "ann:test-p@ss:word/ü") as strict:
        surround(monkeypatch, HTTP_PROXY=strict.url)
        move_away(server)
        alice = server.dm("alice")
        async with listening(server):
            server.gateway.cut()
            await alice.says("hello")
            await alice.sees("you said: hello")
        assert (strict.refused, server.gateway.resumed) == (0, 1)


async def test_a_login_that_it_does_not_take_is_named(
    server: DiscordServer, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ForwardProxy(proxy.names, "ann:test-password") as strict:
        surround(monkeypatch, HTTPS_PROXY=strict.url.replace("password", "passing"))
        platform = made(server, discord_api_url=f"https://{FAR}/api/v10")
        with pytest.raises(Apology) as refusal:
            await platform.probe()
        await platform.close()
    assert refusal.value.key == "platforms.discord_unreachable"
    assert refusal.value.values["reason"] == "HTTP 407 of the proxy"


async def test_why_a_gateway_is_not_reached_is_logged_without_the_login(
    server: DiscordServer, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with ForwardProxy(proxy.names, "ann:test-password") as strict:
        surround(monkeypatch, HTTPS_PROXY=strict.url.replace("ann", "bob"))
        platform = made(server, discord_gateway_url=f"wss://{FAR}/gateway/")
        client = await platform._login.client()
        staying = asyncio.create_task(platform._stay(client))
        assert await strict.bell.until(lambda: strict.refused > 1, 10)
        staying.cancel()
        await asyncio.wait([staying])
        await platform.close()
    assert "the gateway of Discord cannot be reached (HTTP 407 of the proxy); trying again" in caplog.messages
    assert "test-password" not in caplog.text


@pytest.mark.parametrize("settings", [{}, {"discord_api_url": "http://127.0.0.1:1", "discord_gateway_url": "wss://x"}])
def test_one_that_cannot_be_used_is_said_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    surround(monkeypatch, HTTPS_PROXY="socks5://127.0.0.1:7891")
    with pytest.raises(SettingsError, match=r"HTTPS_PROXY: .* SOCKS"):
        made(DiscordServer(), **{"discord_api_url": "https://discord.com/api/v10", **settings})
