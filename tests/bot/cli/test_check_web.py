"""What `check` says of the HTTP port and of Telegram's webhook."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import discovery
from bot.cli.check_web import web
from bot.config.settings import Settings
from bot.runtime.health import Health
from bot.runtime.http import serving
from bot.services import Services
from bot.turn.scheduler import Scheduler
from tests.conftest import make_settings
from tests.servers.tls import make_certificate, server_side

# With a Bot API server of one's own any address may be a webhook's; others are refused with the settings.
OWN = "http://127.0.0.1:8081"
BEHIND = {"telegram_token": "123:test", "telegram_api_url": OWN, "http_port": 1, "http_host": "127.0.0.1"}


async def found(settings: Settings) -> list[str]:
    """Return a line for each finding."""
    texts = discovery.texts()
    say = lambda key, **values: texts.say("en", f"check.{key}", **values)  # noqa: E731 — it needs `texts`
    return [f"{each.mark} {each.what}: {each.sentence}" async for each in web(settings, say)]


async def port(host: str, number: int) -> str:
    return (await found(make_settings(http_host=host, http_port=number)))[0]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


async def test_without_a_port_and_a_webhook_both_are_told_to_be_off() -> None:
    assert [each[0] for each in await found(make_settings())] == ["–", "–"]


async def test_a_free_port_is_free_and_still_so_afterwards(taken: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
    for _ in range(2):
        assert await port("127.0.0.1", number) == f"✓ HTTP port: 127.0.0.1:{number} is free"


async def test_a_port_that_another_program_has_is_told(taken: int) -> None:
    assert (await port("127.0.0.1", taken)).startswith("✗ HTTP port: HTTP_PORT: 127.0.0.1:")


async def test_a_port_that_the_bot_has_is_well(services: Services) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
    settings = services.settings.model_copy(update={"http_port": number})
    async with serving(settings, Health(services, Scheduler()), services.metrics, {}):
        assert await port("127.0.0.1", number) == f"✓ HTTP port: 127.0.0.1:{number}: the bot is running there"


async def test_an_address_of_another_machine_is_told(taken: int) -> None:
    line = await port("192.0.2.1", taken)
    assert line.startswith("✗ HTTP port: HTTP_HOST: 192.0.2.1 is no address of this machine")


async def test_a_webhook_is_told_with_what_a_proxy_is_to_pass() -> None:
    line = (await found(make_settings(**BEHIND, telegram_webhook_url="https://127.0.0.1:8443/hook")))[1]
    assert line.startswith("✓")
    assert "POST /hook" in line
    assert "127.0.0.1:1" in line


@pytest.mark.parametrize(
    ("url", "warning"),
    [
        ("http://127.0.0.1:88/telegram", "http:// shows everybody"),
        ("http://127.0.0.1:1234/telegram", "nothing to port 1234"),
        ("https://127.0.0.1:88/telegram", "127.0.0.1 is not to be reached from outside"),
        ("https://localhost:88/telegram", "localhost is not to be reached from outside"),
        ("https://127.0.0.1:88/telegram", "127.0.0.1:88 is not to be reached from here"),
    ],
)
async def test_what_is_doubtful_about_a_webhook_is_told(url: str, warning: str) -> None:
    lines = await found(make_settings(**BEHIND, telegram_webhook_url=url))
    assert any(line.startswith("! ") and warning in line for line in lines), lines


@asynccontextmanager
async def behind_tls(directory: Path) -> AsyncIterator[tuple[int, Path]]:
    """Serve TLS with a certificate of our own for localhost; tell the port and where the certificate is."""
    key, certificate = make_certificate(directory, "localhost")
    context = server_side(key, certificate)
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1], certificate


async def test_a_certificate_is_looked_at_as_telegram_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with behind_tls(tmp_path) as (number, certificate):
        settings = make_settings(**BEHIND, telegram_webhook_url=f"https://localhost:{number}/telegram")
        untrusted = (await found(settings))[-1]
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        trusted = (await found(settings))[-1]
    assert untrusted.startswith("✗ Telegram's webhook: the certificate of localhost is not trusted (self")
    assert trusted.startswith("✓ Telegram's webhook: the certificate of localhost is trusted, until 20")
