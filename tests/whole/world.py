"""The whole bot as another process, pointed at loopback servers by its environment alone."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.discord import DiscordServer
from tests.servers.openai import KEY, MODEL, OpenAI
from tests.servers.overheard import LEDGER
from tests.servers.telegram import TelegramServer

PATIENCE = 30


@dataclass
class World:
    """Every server the bot talks to, and the bot."""

    telegram: TelegramServer
    discord: DiscordServer
    model: OpenAI
    directory: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the bot is told; nothing of the surrounding environment but where programs are."""
        return {
            "PATH": os.environ["PATH"],
            "TELEGRAM_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.url,
            **self.discord.environment,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": self.model.url,
            "OPENAI_MODEL": MODEL,
            "DATA_DIR": str(self.directory / "data"),
            **self.settings,
        }

    async def start(self) -> None:
        """Start the bot."""
        with (self.directory / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env=self.environment, stderr=log, stdin=asyncio.subprocess.DEVNULL
            )

    async def connected(self) -> None:
        """Wait until the bot hears what is said on Discord (Telegram keeps what is said before that)."""
        gateway = self.discord.gateway
        await self.discord.until(lambda: gateway.connected, lambda: f"the bot does not connect: {self.log}", PATIENCE)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the bot, and return its exit code."""
        assert self.process
        LEDGER.now.environment(self.environment)
        if self.process.returncode is None:
            self.process.send_signal(how)
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
        LEDGER.now.logs[str(self.directory)] = self.log
        return code

    @property
    def log(self) -> str:
        """Everything the bot has logged."""
        return (self.directory / "log").read_text()


@asynccontextmanager
async def opened(directory: Path, **settings: str) -> AsyncIterator[World]:
    """Open a world with the bot running in it."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer(record=True))
        discord = await stack.enter_async_context(DiscordServer())
        model = await stack.enter_async_context(OpenAI())
        telegram.patience = PATIENCE
        world = World(telegram, discord, model, directory, settings)
        await world.start()
        try:
            yield world
        finally:
            await world.end()
