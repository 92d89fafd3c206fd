"""The house with its commands alone, or more stages, as people see it: what they say, and what they are shown."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from bot import discovery
from bot.contract import Page
from bot.delivery.delivery import Delivery
from bot.domain.message import Message
from bot.queue.mailbox import Mailbox
from bot.queue.replica import Replica
from bot.services import Services
from bot.turn.dispatcher import Dispatcher
from bot.turn.scheduler import Scheduler
from tests.edge import Edge

# The first picture or model of a process imports what takes seconds.
PATIENCE = 50


class Scene:
    """A dispatcher with these stages, and its screen."""

    def __init__(self, services: Services, files: dict[str, bytes], stages: tuple[str, ...]) -> None:
        self.edge = Edge(files=files)
        settings = services.settings.model_copy(update={"stages": stages})
        self.services = replace(services, platforms={"test": self.edge}, settings=settings)
        self.turns = Scheduler()
        mailbox = Mailbox(self.services.store, Replica("test", uuid.uuid4().hex))
        found = discovery.stages(self.services)
        self.dispatcher = Dispatcher(self.services, found, self.turns, Delivery(services.texts), mailbox)

    async def sees(self, message: Message) -> list[Page]:
        """Hand a message over, and return the final pages that were shown by the end of its turn."""
        before = len(self.edge.screen.pages)
        await self.dispatcher.receive(message)
        async with asyncio.timeout(PATIENCE):
            await self.turns.drain(PATIENCE)
        return [page for page in self.edge.screen.pages[before:] if page.final]

    async def hears(self, message: Message) -> list[str]:
        """Return the texts of these pages."""
        return [page.text for page in await self.sees(message)]


@asynccontextmanager
async def open_scene(
    services: Services, files: dict[str, bytes] | None = None, stages: tuple[str, ...] = ("commands",)
) -> AsyncIterator[Scene]:
    """Open the house; what still runs at the end is cancelled."""
    scene = Scene(services, files or {}, stages)
    yield scene
    await scene.turns.drain(0)
