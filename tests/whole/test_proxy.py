"""The whole bot behind a proxy that asks for a password: everything it says goes through, and the password is not told.

Its servers are known to nobody but the proxy, by names, and behind TLS: each connection is a tunnel of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.bot.cli.command_line import run
from tests.servers.discord import DiscordServer
from tests.servers.forward import ForwardProxy
from tests.servers.openai import OpenAI
from tests.servers.telegram import TelegramServer
from tests.servers.tls import behind_tls, make_certificate, server_side
from tests.whole.world import PATIENCE, World

NAMES = ("telegram.invalid", "discord.invalid", "model.invalid")
SOCKS = "socks5://ann:test-password@127.0.0.1:7891"


@asynccontextmanager
async def far_away(directory: Path) -> AsyncIterator[tuple[World, ForwardProxy]]:
    """Give a world that is told how to get to its servers, before the bot is started in it."""
    key, certificate = make_certificate(directory, *NAMES)
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer(record=True))
        discord = await stack.enter_async_context(DiscordServer())
        model = await stack.enter_async_context(OpenAI())
        ports = [urlsplit(each.url).port or 0 for each in (telegram, discord, model)]
        opened = [await stack.enter_async_context(behind_tls(server_side(key, certificate), each)) for each in ports]
        names = dict(zip(NAMES, opened, strict=True))
        proxy = await stack.enter_async_context(ForwardProxy(names, "ann:test-p@ss:word"))
        discord.gateway.url = "wss://discord.invalid/gateway/"
        world = World(telegram, discord, model, directory)
        world.settings |= {
            "HTTPS_PROXY": proxy.url,
            "SSL_CERT_FILE": str(certificate),
            "TELEGRAM_API_URL": "https://telegram.invalid",
            "DISCORD_API_URL": "https://discord.invalid/api/v10",
            "DISCORD_GATEWAY_URL": "",
            "OPENAI_BASE_URL": "https://model.invalid" + urlsplit(model.url).path,
            "LOG_LEVEL": "DEBUG",
        }
        yield world, proxy


async def test_telegram_discord_and_the_model_are_reached_by_tunnels(tmp_path: Path) -> None:
    async with far_away(tmp_path) as (world, proxy):
        await world.start()
        try:
            await world.connected()
            alice = world.discord.dm("alice")
            await alice.says("what is the airspeed of an unladen swallow")
            await world.discord.calls_to("POST /channels")
            await world.telegram.until(lambda: world.telegram.called("getMe"))
            async with asyncio.timeout(PATIENCE):
                await world.model.arrived(1)
        finally:
            assert await world.end() == 0
    assert set(proxy.passed) == {f"CONNECT {name}:443" for name in NAMES}
    assert proxy.refused == 0
    assert "test-p" not in world.log


async def test_a_login_that_the_proxy_does_not_take_is_told_by_check(tmp_path: Path) -> None:
    async with far_away(tmp_path) as (world, proxy):
        told = {**world.environment, "HTTPS_PROXY": proxy.url.replace("ann", "bob"), "STAGES": "commands"}
        done = await asyncio.to_thread(lambda: run(tmp_path, "check", given=b"", **told))
    printed = done.stdout.decode()
    assert "✗ discord: Discord cannot be reached at https://discord.invalid/api/v10 (HTTP 407 of the proxy)" in printed
    assert "✗ telegram: The Telegram server at https://telegram.invalid does not answer" in printed
    assert "test-p" not in printed


@pytest.mark.parametrize(
    "variables",
    [
        {"TELEGRAM_TOKEN": "123:test"},
        {"DISCORD_TOKEN": "test-token"},
        {"DISCORD_TOKEN": "test-token", "OPENAI_API_KEY": "test-key", "DISCORD_API_URL": "http://127.0.0.1:9"},
    ],
)
def test_a_socks_proxy_ends_the_start_in_one_sentence(tmp_path: Path, variables: dict[str, str]) -> None:
    done = run(tmp_path, "run", given=b"", ALL_PROXY=SOCKS, NO_PROXY="127.0.0.1", **variables)
    last = done.stderr.decode().splitlines()[-1]
    assert (done.returncode, "ALL_PROXY: nothing here can go through a SOCKS proxy" in last) == (2, True)
    assert "test-password" not in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_check_names_a_socks_proxy_for_the_model_and_the_platforms(tmp_path: Path) -> None:
    done = run(tmp_path, "check", ALL_PROXY=SOCKS, OPENAI_API_KEY="test-key", TELEGRAM_TOKEN="123:test")
    printed = done.stdout.decode()
    assert done.returncode == 1
    assert len([line for line in printed.splitlines() if "✗" in line and "ALL_PROXY: nothing" in line]) == 2
    assert "test-password" not in printed


def test_a_socks_proxy_beside_an_http_one_is_of_no_account(tmp_path: Path) -> None:
    proxies = {"ALL_PROXY": SOCKS, "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = run(tmp_path, "chat", given="你好\n".encode(), OPENAI_API_KEY="test-key", **proxies)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr.decode()
