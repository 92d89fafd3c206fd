"""One answer on its way to the terminal: its pages, how long it took, and whether its turn is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from bot.contract import Page, Rate
from bot.domain.errors import Gone
from bot.domain.message import Message

# A terminal is as long as it needs to be, and hurries nobody.
LIMIT = 1_000_000_000
RATE = Rate(burst=1000, interval=0.0001)


class Sheet:
    """What has been written of one answer; `stops` is the one that its message was to stop."""

    def __init__(self, message: Message, stops: Sheet | None = None) -> None:
        self.message = message
        self.stops = stops
        self.pages: dict[int, Page] = {}
        self.started = self.ended = time.perf_counter()
        self.over = False
        # Set when the turn is over, and when the person at the terminal wants something meanwhile.
        self.attention = asyncio.Event()

    def put(self, page: Page) -> None:
        """Take a page as it stands now."""
        self.pages[page.number] = page
        self.ended = time.perf_counter()

    def close(self) -> None:
        """Note that the turn is over."""
        self.over = True
        if not self.pages:
            self.ended = time.perf_counter()

    @property
    def hidden(self) -> bool:
        """Whether it need not be shown: the answer that was stopped says so itself."""
        return self.stops is not None and bool(self.stops.pages)

    @property
    def last(self) -> Page | None:
        """The last page, or None where nothing was answered."""
        return self.pages[max(self.pages)] if self.pages else None

    @property
    def text(self) -> str:
        """The whole answer as it stands."""
        return "\n".join(self.pages[number].text for number in sorted(self.pages))

    @property
    def answer(self) -> str:
        """The id of the answer's last page, unique over all chats."""
        return f"{self.message.id}!{max(self.pages, default=0)}"

    @property
    def milliseconds(self) -> float:
        """From when the message was handed over to the last word, or, where there is none, to the end of the turn."""
        return (self.ended - self.started) * 1000


class Screen(Protocol):
    """Draws answers."""

    pace: float

    def draw(self, sheet: Sheet) -> None:
        """Draw what is new on a sheet. Raises `BrokenPipeError` when nobody looks any more."""
        ...

    def finish(self, sheet: Sheet) -> None:
        """Draw the rest: the turn is over. Raises `BrokenPipeError`."""
        ...


class SheetOutlet:
    """An `Outlet` onto a sheet; `over` is called once, when its turn is."""

    limit = LIMIT
    rate = RATE

    def __init__(self, sheet: Sheet, screen: Screen, over: Callable[[Sheet], None]) -> None:
        self._sheet = sheet
        self._screen = screen
        self._over = over
        self.gate = f"console:{sheet.message.chat.id}"
        self.pace = screen.pace

    def length(self, text: str) -> int:
        """Return the number of characters."""
        return len(text)

    async def typing(self) -> None:
        """Show nothing: an answer shows itself."""

    async def write(self, page: Page) -> str:
        """Draw a page, and return an id that is unique in its chat."""
        self._sheet.put(page)
        try:
            if not self._sheet.hidden:
                self._screen.draw(self._sheet)
        except BrokenPipeError:
            raise Gone from None
        return f"{self._sheet.message.id}!{page.number}"

    async def adopt(self, number: int, written: str) -> None:
        """Do nothing: what was drawn in a terminal is out of reach."""

    async def done(self) -> None:
        """Finish the sheet."""
        if not self._sheet.over:
            self._over(self._sheet)
