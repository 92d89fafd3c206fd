"""The real platform against the loopback Discord, with a receiver that answers by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

import handlers
from bot.config.catalogue import Catalogue
from bot.config.settings import Settings
from bot.contract import Page
from bot.domain.command import Command, Commands, InFile, Wording, command
from bot.domain.message import Message
from bot.domain.reply import Reply, Source
from bot.platforms.discord import Discord, build
from tests.servers.discord import DiscordServer

SOURCE = Source("rule", "test")
Answer = Callable[[Message, Discord], Awaitable[None]]


def page(text: str, number: int = 0, *, final: bool = True, **more: Any) -> Page:
    return Page(number, text, final=final, source=SOURCE, **more)


async def echo(message: Message, platform: Discord) -> None:
    await platform.outlet(message).write(page(f"you said: {message.text}"))


async def silence(_message: Message, _platform: Discord) -> None:
    """Answer nothing; the test does."""


@command("分词", "fenci", "分詞")
async def segment(
    message: Message,
    services: Any,
    *,
    weight: Annotated[float, Wording("权重", "權重", "weight")] = 1.0,
    mode: Annotated[Literal["fast", "exact"], Wording("方式", "方式", "mode")] = "fast",
    tags: Annotated[bool | None, Wording("词性", "詞性", "tags")] = None,
    top: Annotated[int, Wording("几个", "幾個", "how many")],
    text: Annotated[str, Wording("文本", "文字", "text")],
) -> Reply | str:
    """把一句话分成词
    把一句話分成詞
    Split a sentence into words
    """
    return text


@command("计数")
async def letters(
    message: Message,
    services: Any,
    *,
    text: Annotated[str, Wording("文本", "文字", "text"), InFile(Wording("文件", "檔案", "a file"))] = "",
) -> Reply | str:
    """数一数
    數一數
    Count
    """
    return str(len(text))


@command("Bad Name!", "重置")
async def reset(message: Message, services: Any) -> Reply | str:
    """忘记这段对话
    忘記這段對話
    Forget this conversation
    """
    return "forgotten"


class Bot:
    """The platform under test, and what it has handed over."""

    def __init__(self, server: DiscordServer, platform: Discord, answer: Answer) -> None:
        self.platform, self.answer = platform, answer
        self.messages: list[Message] = []
        self._server = server

    async def receive(self, message: Message, /) -> None:
        self.messages.append(message)
        self._server.tell()
        await self.answer(message, self.platform)

    async def moved(self, platform: str, old: str, new: str, /) -> None:
        raise AssertionError("channels do not move")

    async def hears(self, count: int = 1) -> Message:
        """Wait for so many messages and return the last of them."""
        enough = lambda: self.messages[count - 1 :]  # noqa: E731 — waited for
        return (await self._server.until(enough, lambda: f"heard only {self.messages}"))[0]


def settings(**told: Any) -> Settings:
    """Return settings that neither the environment's file nor its habits have a part in."""
    return Settings(**{"_env_file": None, **told})


def made(server: DiscordServer, *commands: Command, **more: Any) -> Discord:
    told = {"discord_api_url": server.api_url, "discord_token": server.token, **more}
    texts = Catalogue(Path(handlers.__file__).parent / "texts")
    platform = build(settings(**told), texts, Commands(commands))
    assert isinstance(platform, Discord)
    return platform


@asynccontextmanager
async def listening(
    server: DiscordServer, *commands: Command, answer: Answer = echo, **settings: Any
) -> AsyncIterator[Bot]:
    bot = Bot(server, made(server, *commands, **settings), answer)
    task = asyncio.create_task(bot.platform.listen(bot.receive, bot.moved))
    try:
        await server.connects(server.gateway.identified + 1)
        yield bot
    finally:
        task.cancel()
        await asyncio.wait([task])
        await bot.platform.close()


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server
