"""A Telegram platform that listens to the loopback server, and answers as a test wants it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.config.settings import read_settings
from bot.contract import Outlet, Page
from bot.domain.command import Command, Commands, Wording
from bot.domain.message import Chat, Message, Person
from bot.domain.reply import Source
from bot.platforms.telegram import Telegram
from bot.platforms.telegram.asking import Patience
from bot.platforms.telegram.client import open_account
from tests.servers.telegram import Room, Talker, TelegramServer
from tests.servers.telegram.bell import Bell

Answer = Callable[[Message, Outlet], Awaitable[None]]
SOURCE = Source("rule", "r1")
BRISK = Patience(poll=5, answer=5, first=0.01, longest=0.05, second_poller=0.05)


def page(text: str, number: int = 0, *, final: bool = True, **more: Any) -> Page:
    """Return a page of an answer."""
    return Page(number, text, final, SOURCE, **more)


async def echo(message: Message, outlet: Outlet) -> None:
    """Say what was said."""
    if message.text.strip():
        await outlet.write(page(f"echo: {message.text}"))


async def silence(message: Message, outlet: Outlet) -> None:
    """Say nothing."""


def make_commands() -> Commands:
    """Return two commands that do nothing."""

    async def nothing(*_: object) -> str:
        return ""

    return Commands(
        (
            Command("help", ("帮助",), Wording("显示帮助", "顯示說明", "Show help"), (), nothing),
            Command(
                "reset", ("重置",), Wording("忘掉这段对话", "忘掉這段對話", "Forget this conversation"), (), nothing
            ),
        )
    )


@dataclass
class Listening:
    """A platform that listens, and what it heard."""

    platform: Telegram
    answer: Answer
    messages: list[Message] = field(default_factory=list)
    moves: list[tuple[str, str, str]] = field(default_factory=list)
    bell: Bell = field(default_factory=Bell)

    async def receive(self, message: Message, /) -> None:
        """Take a message and answer it at once."""
        self.messages.append(message)
        self.bell.ring()
        await self.answer(message, self.platform.outlet(message))

    async def moved(self, platform: str, old: str, new: str, /) -> None:
        """Note a move."""
        self.moves.append((platform, old, new))
        self.bell.ring()

    async def heard(self, count: int = 1) -> Message:
        """Wait for so many messages; return the last."""
        assert await self.bell.until(lambda: len(self.messages) >= count, 10), self.messages
        return self.messages[count - 1]


def make_platform(
    server: TelegramServer, *, token: str = "", patience: Patience = BRISK, answer_seconds: float = 5, **settings: Any
) -> Telegram:
    """Return a platform for the loopback server."""
    chosen = read_settings(**{"_env_file": None, "telegram_api_url": server.url, **settings})
    return Telegram(open_account(token or server.token, chosen, answer_seconds), chosen, make_commands(), patience)


Listen = Callable[..., AbstractAsyncContextManager[Listening]]


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        yield running


@pytest.fixture
def listen(server: TelegramServer) -> Listen:
    @asynccontextmanager
    async def listening(answer: Answer = echo, **more: Any) -> AsyncIterator[Listening]:
        bot = Listening(make_platform(server, **more), answer)
        try:
            async with asyncio.TaskGroup() as group:
                ears = group.create_task(bot.platform.listen(bot.receive, bot.moved))
                yield bot
                ears.cancel()
        finally:
            await bot.platform.close()

    return listening


@pytest.fixture
async def platform(server: TelegramServer) -> AsyncIterator[Telegram]:
    platform = make_platform(server)
    yield platform
    await platform.close()


@pytest.fixture
async def alice(server: TelegramServer) -> Talker:
    return await asking(server.private("alice"))


@pytest.fixture
async def bob(server: TelegramServer) -> Talker:
    return await asking(server.group("dev").member("bob"))


async def asking(talker: Talker, topic: int = 0) -> Talker:
    await talker.says("?", topic=topic)
    return talker


def outlet(platform: Telegram, talker: Talker, topic: int = 0) -> Outlet:
    """Make the outlet as another process would: of the message alone."""
    room: Room = talker.room
    chat = Chat(str(room.id), room.kind == "private", room.title, str(topic) if topic else "")
    sender = Person(str(talker.user["id"]), "x")
    message = Message("telegram", str(talker.said), "1", chat, sender, "?", 0.0)
    return platform.outlet(Message.load(message.dump()))
