"""The whole house: what it does beside answering."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from dataclasses import replace
from pathlib import Path

from bot.app import open_house
from bot.config.settings import Settings
from bot.queue.mailbox import Mailbox
from bot.queue.replica import Replica
from tests.edge import Edge
from tests.people import said


async def test_what_a_dead_process_left_is_taken_up_also_while_changed_content_is_read(
    settings: Settings, tmp_path: Path
) -> None:
    edge, stop, goes_on = Edge(), asyncio.Event(), threading.Event()
    loop, changing = asyncio.get_running_loop(), asyncio.Event()
    file = tmp_path / "large"

    def read() -> None:
        if file.exists():
            loop.call_soon_threadsafe(changing.set)
            assert goes_on.wait(30)

    commands = settings.model_copy(update={"stages": ("commands",)})
    async with open_house(commands, lambda *_: {"test": edge}) as house, asyncio.TaskGroup() as group:
        house.services.content.watch((file,), read)
        group.create_task(house.listen(stop))
        file.touch()
        try:
            async with asyncio.timeout(20):
                await changing.wait()
                message = replace(said("hello"), time=time.time())
                dead = Mailbox(house.services.store, Replica("elsewhere", uuid.uuid4().hex))
                assert await dead.accept(message, message.conversation)
                await edge.screen.ends(message)
        finally:
            goes_on.set()
            stop.set()
