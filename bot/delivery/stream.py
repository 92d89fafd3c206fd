"""A text while it grows: one task lets it grow, another draws it, a third shows that an answer is being made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, nullcontext, suppress

from bot.contract import Outlet
from bot.delivery.pager import STRUCK, Pager
from bot.delivery.rate_limiter import ChatRateLimiter
from bot.domain.encoding import UNSEEN
from bot.domain.reply import File, Notice, Retraction

Piece = str | Notice | Retraction | File
Words = AsyncIterator[Piece]

# Seconds without a word after which the chat is told that an answer is being made, and how often again.
SILENCE_BEFORE_TYPING = 0.3
TYPING_LASTS = 4.0
# Seconds after which a redraw that the gate refused is tried again.
AGAIN = 0.1
# Seconds after which another piece is pulled although what was pulled before is not drawn yet.
ROOM_SECONDS = 1.0


class StreamBuffer:
    """A text that one task lets grow while another draws it."""

    def __init__(self, text: str) -> None:
        self.text = self._known = UNSEEN.sub("", text)
        self.notice = ""
        self.retracted = False
        self.files: tuple[File, ...] = ()
        self.changed = asyncio.Event()
        self.begun = asyncio.Event()
        self.ended = asyncio.Event()
        self._offset = 0
        self._turned = asyncio.Event()
        if text:
            self._tell()

    def add(self, piece: Piece) -> None:
        """Take a piece of the answer, what stands in for it or takes it back, or a file for its last page."""
        match piece:
            case File():
                self.files += (piece,)
                return
            case Notice():
                self.notice = piece.text
            case Retraction():
                self.text, self.notice, self.retracted = self._known + UNSEEN.sub("", piece.instead), STRUCK, True
            case str():
                self.text += UNSEEN.sub("", piece)
        if self.text.strip() or self.notice:
            self._tell()

    def redrawn(self, drawing: Pager) -> None:
        """Let what was taken back since be drawn over."""
        if self.retracted:
            self.retracted = False
            self._offset = 0
            drawing.begin_anew()

    def turned(self, offset: int) -> None:
        """Note where the page begins that is being drawn."""
        if offset > self._offset:
            self._offset = offset
            self._turned.set()

    async def room(self, ahead: int) -> None:
        """Wait until no more than so many characters stand behind the beginning of the page that is being drawn.

        But not for ever: of blank lines alone no page is made, however many there are.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(ROOM_SECONDS):
                while len(self.text) - self._offset > ahead:
                    self._turned.clear()
                    await self._turned.wait()

    def end(self) -> None:
        """Say that nothing more will come."""
        self.ended.set()
        self._tell()

    def _tell(self) -> None:
        self.begun.set()
        self.changed.set()


async def drain(words: Words, growth: StreamBuffer, ahead: int, *, yielding: bool) -> None:
    """Pull all words, those that are not drawn yet no further than `ahead` characters: the rest need not be made yet.

    A generator is closed here, in the task that runs it, so that what it holds open is let go.
    """
    async with aclosing(words) if isinstance(words, AsyncGenerator) else nullcontext():
        async for piece in words:
            growth.add(piece)
            if yielding:
                await asyncio.sleep(0)  # Without a pace every piece is drawn: let the drawer have its turn.
            await growth.room(ahead)


async def draw(growth: StreamBuffer, drawing: Pager, pace: float) -> Exception | None:
    """Draw the text whenever it has changed, at most once in `pace` seconds; the latest state wins."""
    while True:
        await growth.changed.wait()
        if growth.ended.is_set():
            return None
        growth.changed.clear()
        growth.redrawn(drawing)
        number = drawing.number
        try:
            drawn = await (drawing.grow(growth.text) if growth.text.strip() else drawing.stand_in(growth.notice))
        except Exception as error:  # noqa: BLE001 — raised by whoever waits for it
            return error
        growth.turned(drawing.offset)
        if not drawn:
            growth.changed.set()
        if drawing.number == number:  # Else a page was finished, and the next is begun at once.
            await _pause(growth, pace if drawn else min(pace, AGAIN) or AGAIN)


async def _pause(growth: StreamBuffer, seconds: float) -> None:
    """Wait, but not longer than the text grows."""
    if not seconds:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await growth.ended.wait()


async def show_typing(growth: StreamBuffer, outlet: Outlet, gate: ChatRateLimiter) -> None:
    """While there is nothing to read, show that an answer is being made."""
    wait = SILENCE_BEFORE_TYPING
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await growth.begun.wait()
            return
        if not gate.silent:
            await outlet.typing()
        wait = TYPING_LASTS
