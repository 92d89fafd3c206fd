"""The edge of the house for tests: a platform that hands messages over and shows what is written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.contract import Moved, Page, Rate, Receive
from bot.domain.message import Attachment, Message


@dataclass
class Screen:
    """What people see: each answer's pages as they stand, and what is final.

    Attributes:
        refusal: What every write is answered by while it is set.
        refused: How many were.
    """

    pages: list[Page] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    adopted: dict[tuple[str, int], str] = field(default_factory=dict)
    refusal: Exception | None = None
    refused: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is to be seen."""
        async with self.changed:
            await self.changed.wait_for(condition)

    @property
    def texts(self) -> list[str]:
        """The texts of the final pages, in their order."""
        return [page.text for page in self.pages if page.final]

    async def sees(self, text: str) -> None:
        """Wait until a final page contains a text."""
        await self.until(lambda: any(text in each for each in self.texts))

    async def ends(self, message: Message) -> None:
        """Wait until the turn of a message is over."""
        await self.until(lambda: message.id in self.ended)


@dataclass
class Wall:
    """An outlet onto the screen."""

    message: Message
    screen: Screen
    gate: str
    rate: Rate = field(default_factory=lambda: Rate(1_000_000, 0.0))
    limit: int = 4096
    pace: float = 0.0

    def length(self, text: str) -> int:
        return len(text)

    async def typing(self) -> None:
        return

    async def write(self, page: Page) -> str:
        async with self.screen.changed:
            self.screen.changed.notify_all()
            if self.screen.refusal:
                self.screen.refused += 1
                raise self.screen.refusal
            self.screen.pages.append(page)
        return f"answer-{self.message.id}-{page.number}"

    async def adopt(self, number: int, written: str) -> None:
        self.screen.adopted[self.message.id, number] = written

    async def done(self) -> None:
        async with self.screen.changed:
            self.screen.ended.append(self.message.id)
            self.screen.changed.notify_all()


@dataclass
class Edge:
    """The platform `test`: it listens to nobody; a test hands messages to the dispatcher itself."""

    screen: Screen = field(default_factory=Screen)
    admins: frozenset[str] = frozenset({"root"})
    name: str = "test"
    lasting: bool = True
    files: dict[str, bytes] = field(default_factory=dict)

    async def listen(self, receive: Receive, moved: Moved) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        return

    def outlet(self, message: Message) -> Wall:
        return Wall(message, self.screen, f"test:{message.chat.id}")

    async def read(self, attachment: Attachment) -> bytes:
        return self.files[attachment.id]

    async def is_admin(self, message: Message) -> bool:
        return message.chat.private or message.sender.id in self.admins

    async def probe(self) -> str:
        return "test"
