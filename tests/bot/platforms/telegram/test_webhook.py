"""Updates that Telegram brings: taken over in order, answered honestly, and from nobody but Telegram."""

from __future__ import annotations

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.contract import Outlet
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.platforms.telegram.asking import Patience
from bot.platforms.telegram.webhook import SECRET_HEADER
from bot.runtime.health import Health
from bot.runtime.http import LIMITS, application, opened
from bot.services import Services
from bot.turn.scheduler import Scheduler
from tests.bot.platforms.telegram.conftest import Answer, Listening, echo, make_platform, silence
from tests.servers.telegram import TelegramServer

QUICK = Patience(first=0.01, longest=0.05, look=0.02)


@dataclass
class Hooked:
    """A platform that is brought updates, and the address they are brought to."""

    heard: Listening
    url: str
    secret: str

    async def brings(self, body: Any, secret: str | None = None) -> int:
        """Bring something as whoever knows this secret would; return the status."""
        headers = {SECRET_HEADER: self.secret if secret is None else secret}
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=data, headers=headers) as answer,
        ):
            return answer.status


Open = Callable[..., AbstractAsyncContextManager[Hooked]]


@pytest.fixture
def hooked(server: TelegramServer, services: Services) -> Open:
    """Open a webhook: the platform listens, and its route is served."""

    @asynccontextmanager
    async def listening(answer: Answer = echo, *, listens: bool = True) -> AsyncIterator[Hooked]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}/from/telegram"
        told: dict[str, Any] = {"telegram_webhook_url": url, "http_port": 1, "telegram_token": server.token}
        platform = make_platform(server, patience=QUICK, **told)
        bot = Hooked(Listening(platform, answer), url, platform._settings.webhook_secret)
        app = application(Health(services, Scheduler()), services.metrics, {"telegram": platform})
        async with opened(app, "127.0.0.1", port), asyncio.TaskGroup() as group:
            ears = group.create_task(platform.listen(bot.heard.receive, bot.heard.moved)) if listens else None
            yield bot
            if ears:
                ears.cancel()
        await platform.close()

    return listening


def update(number: int, text: str = "hello", chat: int = 1) -> dict[str, Any]:
    """Return an update as Telegram would bring it."""
    person = {"id": chat, "is_bot": False, "first_name": "alice"}
    where = {"id": chat, "type": "private", "first_name": "alice"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": 1, "chat": where, "from": person, "text": text},
    }


async def test_what_people_say_is_brought_and_answered(server: TelegramServer, hooked: Open) -> None:
    alice = server.private()
    async with hooked():
        await alice.says("hello")
        await alice.sees("echo: hello")
        await server.acknowledged(alice.update)
    assert not server.called("getUpdates")


async def test_telegram_is_told_what_to_bring_and_by_which_secret(server: TelegramServer, hooked: Open) -> None:
    async with hooked() as bot:
        await server.until(lambda: server.updates.webhook)
        told = server.updates.webhook
    assert told["url"] == bot.url
    assert told["secret_token"] == bot.secret
    assert told["max_connections"] == 100
    assert told["allowed_updates"] == ["message", "channel_post", "callback_query", "my_chat_member"]
    assert server.token not in bot.secret


async def test_it_is_acknowledged_only_after_it_was_taken_over(server: TelegramServer, hooked: Open) -> None:
    alice, taken = server.private(), asyncio.Event()

    async def slowly(message: Message, outlet: Outlet) -> None:
        await taken.wait()

    async with hooked(slowly) as bot:
        await alice.says("one")
        await bot.heard.heard()
        assert server.updates.pending
        taken.set()
        await server.acknowledged(alice.update)


@pytest.mark.parametrize("secret", ["", "wrong", "\u00fc", "0" * 64])
async def test_who_does_not_know_the_secret_is_turned_away(hooked: Open, server: TelegramServer, secret: str) -> None:
    async with hooked() as bot:
        await server.until(lambda: server.updates.webhook)
        assert await bot.brings(update(1), secret) == 403
        assert not bot.heard.messages


async def test_a_secret_of_any_bytes_is_turned_away_like_any_other(hooked: Open, server: TelegramServer) -> None:
    async with hooked() as bot:
        await server.until(lambda: server.updates.webhook)
        target = urlsplit(bot.url)
        reader, writer = await asyncio.open_connection(target.hostname, target.port)
        head = (
            f"POST {target.path} HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\nConnection: close\r\n{SECRET_HEADER}: "
        )
        writer.write(head.encode() + b"\xff\xe4\r\n\r\n{}")
        assert (await reader.readline()).split()[1] == b"403"
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b"\xff", {"no": "id"}, {"update_id": "1"}, {"update_id": True}, b"[" * 200_000],
)
async def test_nonsense_is_said_to_be_so(hooked: Open, server: TelegramServer, body: Any) -> None:
    async with hooked() as bot:
        await server.until(lambda: server.updates.webhook)
        assert await bot.brings(body) == 400


@pytest.mark.parametrize("kind", ["message", "callback_query", "something_new"])
async def test_an_update_nobody_understands_is_not_brought_for_ever(
    hooked: Open, server: TelegramServer, kind: str
) -> None:
    async with hooked() as bot:
        await server.until(lambda: server.updates.webhook)
        with capture_logs():
            assert await bot.brings({"update_id": 1, kind: {"chat": 5, "message": "?"}}) == 200


async def test_what_could_not_be_taken_over_is_brought_again(server: TelegramServer, hooked: Open) -> None:
    alice, tries = server.private(), list[str]()

    async def at_last(message: Message, outlet: Outlet) -> None:
        tries.append(message.text)
        if len(tries) < 3:
            raise ConnectionError
        await echo(message, outlet)

    with capture_logs() as logs:
        async with hooked(at_last):
            await alice.says("hello")
            await alice.sees("echo: hello")
            await server.acknowledged(alice.update)
    assert tries == ["hello"] * 3
    assert len([each for each in logs if "could not be taken over" in each["event"]]) == 2


async def test_before_anyone_listens_and_after_it_updates_are_to_be_brought_again(hooked: Open) -> None:
    async with hooked(listens=False) as bot:
        assert await bot.brings(update(1)) == 503


async def test_a_chats_updates_are_taken_in_order_and_others_do_not_wait(server: TelegramServer, hooked: Open) -> None:
    release = asyncio.Event()

    async def slowly(message: Message, outlet: Outlet) -> None:
        if message.text == "one":
            await release.wait()

    async with hooked(slowly) as bot, asyncio.TaskGroup() as group:
        await server.until(lambda: server.updates.webhook)
        group.create_task(bot.brings(update(1, "one")))
        await bot.heard.heard(1)
        group.create_task(bot.brings(update(2, "two")))
        assert await bot.brings(update(3, "bob", chat=2)) == 200
        assert [each.text for each in bot.heard.messages] == ["one", "bob"]
        release.set()
        await bot.heard.heard(3)
    assert [each.text for each in bot.heard.messages] == ["one", "bob", "two"]


async def test_a_webhook_that_another_process_has_changed_is_set_again(server: TelegramServer, hooked: Open) -> None:
    alice = server.private()
    with capture_logs() as logs:
        async with hooked() as bot:
            await server.until(lambda: server.updates.webhook)
            server.updates.webhook = {"url": "https://another.example/hook"}
            await server.until(lambda: server.updates.webhook.get("url") == bot.url)
            await alice.says("hello")
            await alice.sees("echo: hello")
    assert [each["log_level"] for each in logs if "set again" in each["event"]] == ["warning"]


async def test_what_keeps_telegram_from_bringing_updates_is_told_once(server: TelegramServer, hooked: Open) -> None:
    alice = server.private()

    async def never(message: Message, outlet: Outlet) -> None:
        raise ConnectionError

    with capture_logs() as logs:
        async with hooked(never):
            await alice.says("hello")
            await server.until(lambda: server.updates.complaint)
            looks = len(server.called("getWebhookInfo"))
            await server.until(lambda: len(server.called("getWebhookInfo")) > looks + 3)
    told = [each for each in logs if "cannot bring" in each["event"]]
    assert [each["reason"] for each in told] == ["Wrong response from the webhook: 503 Service Unavailable"]


async def test_a_body_that_is_too_large_is_refused_and_counted(hooked: Open, services: Services) -> None:
    async with hooked(silence) as bot:
        assert await bot.brings(bytes(LIMITS.body + 1)) == 413
        assert bot.heard.messages == []
    counted = 'yingda_webhook_requests_total{code="413",platform="telegram"} 1.0'
    assert counted in services.metrics.text().decode().splitlines()


async def test_it_is_connected_while_telegram_answers(server: TelegramServer, hooked: Open) -> None:
    async with hooked(silence) as bot:
        platform = bot.heard.platform
        await server.until(lambda: platform.pulse().connected)
        server.down = True
        await server.until(lambda: not platform.pulse().connected)
        server.down = False
        await server.until(lambda: platform.pulse().connected)


async def test_a_token_that_is_refused_ends_listening(server: TelegramServer) -> None:
    told: dict[str, Any] = {
        "telegram_webhook_url": "http://127.0.0.1:1/x",
        "http_port": 1,
        "telegram_token": "456:wrong",
    }
    platform = make_platform(server, token="456:wrong", patience=QUICK, **told)
    with pytest.raises(Apology):
        async with asyncio.timeout(10):
            await platform.listen(_deaf, _unmoved)
    await platform.close()


async def _deaf(message: Message, /) -> None:
    """Hear nothing."""


async def _unmoved(platform: str, old: str, new: str, /) -> None:
    """Note nothing."""
