"""A person talking to the model's stage: the real stage and client, Valkey, and a loopback OpenAI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import structlog

from bot.domain.errors import Apology
from bot.domain.message import Chat, Message, Person
from bot.domain.reply import Notice, Reply, Retraction
from bot.services import Services
from handlers.stages import chat
from tests import house
from tests.servers.openai import KEY, MODEL, OpenAI
from tests.servers.overheard import LEDGER

ANN = Person("42", "Ann")
GROUP = Chat("7", private=False, title="Users")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a person got: the pieces, what stood in for them, and the apology's sentence and key at the end."""

    pieces: tuple[str, ...]
    notices: tuple[str, ...] = ()
    sorry: str = ""
    key: str = ""

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(slots=True)
class Talk:
    """One stage and its server. `log` has every event that was logged."""

    server: OpenAI
    services: Services
    stage: chat.Chat | chat.Silent
    log: list[Any]

    async def hear(self, text: str, **changes: Any) -> Heard:
        """Say something to the bot and listen to the end."""
        spoken = message(text, **changes)
        reply = await self.stage(spoken)
        assert isinstance(reply, Reply)
        assert reply.words is not None
        pieces: list[str] = []
        notices: list[str] = []
        try:
            async for words in reply.words:
                if isinstance(words, Notice):
                    notices.append(words.text)
                elif isinstance(words, Retraction):
                    pieces[:] = [words.instead]
                else:
                    pieces.append(str(words))
        except Apology as sorry:
            sentence = self.services.say(spoken, sorry.key, **sorry.values)
            return Heard(tuple(pieces), tuple(notices), sentence, sorry.key)
        return Heard(tuple(pieces), tuple(notices))

    async def remember(self, question: str, answer: str, **changes: Any) -> None:
        """Have something in memory that was said before."""
        spoken = message(question, **changes)
        options = await self.services.options.of(spoken)
        await self.services.memory.add(spoken, answer, "chat", options)

    def events(self, name: str) -> list[Any]:
        return [each for each in self.log if each["event"] == name]


class Talking(Protocol):
    """Opens a house with the model's stage, pointed at the server."""

    def __call__(self, server: OpenAI, **settings: Any) -> AbstractAsyncContextManager[Talk]: ...


def message(text: str, **changes: Any) -> Message:
    """Return something that Ann says to the bot in private, in English."""
    where = Chat("42", private=True)
    LEDGER.now.says(text)
    spoken = Message("telegram", "1", "u1", where, ANN, text, 1_760_000_000.0, addressed=True, language="en")
    return replace(spoken, **changes)


@asynccontextmanager
async def talking(data_dir: Path, server: OpenAI, **settings: Any) -> AsyncIterator[Talk]:
    """Open a house with the model's stage, pointed at the server."""
    chosen = {"openai_api_key": KEY, "openai_base_url": server.url, "openai_model": MODEL, **settings}
    with structlog.testing.capture_logs() as log:
        async with house.services(data_dir, **chosen) as services:
            stage = await asyncio.to_thread(chat.build, services)
            yield Talk(server, services, stage, log)
