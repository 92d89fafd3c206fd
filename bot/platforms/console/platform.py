"""A `Platform` of lines: each is one person's message, and its turn is over before the next line is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from bot.contract import Moved, Outlet, Receive
from bot.domain.errors import Apology
from bot.domain.message import Attachment, Message
from bot.platforms.console.script import Script
from bot.platforms.console.sheet import Screen, Sheet, SheetOutlet


class Desk(Protocol):
    """Where lines come from."""

    def lines(self) -> AsyncGenerator[str, None]:
        """Return the lines, until there are no more."""
        ...

    async def watch(self, attention: asyncio.Event) -> None:
        """Return when `attention` is set, which the person at the desk may do too (Ctrl-C)."""
        ...


class Console:
    """People and chats simulated by one who types, or by a file."""

    name = "console"
    # The next process stands before another terminal.
    lasting = False

    def __init__(self, script: Script, desk: Desk, screen: Screen) -> None:
        self._script = script
        self._desk = desk
        self._screen = screen
        self._owner = script.now.person
        self._sheets: dict[str, Sheet] = {}
        self._unread = False

    async def listen(self, receive: Receive, moved: Moved) -> None:  # noqa: ARG002 — no chat ever moves here
        """Hand over each line as a message when the turn of the one before is over, until the input ends."""
        async with aclosing(self._desk.lines()) as lines:
            async for line in lines:
                message = self._script.read(line)
                if message:
                    await self._say(message, receive)
                if self._unread:
                    return

    async def _say(self, message: Message, receive: Receive) -> None:
        """Hand a message over and wait for its turn's end; what the desk asks for meanwhile is to stop it."""
        sheet = self._sheets[message.update] = Sheet(message)
        await receive(message)
        while not sheet.over:
            await self._desk.watch(sheet.attention)
            if not sheet.over:
                sheet.attention.clear()
                await self._stop(sheet, receive)

    async def _stop(self, stopped: Sheet, receive: Receive) -> None:
        stop = self._script.stop(stopped.message)
        sheet = self._sheets[stop.update] = Sheet(stop, stopped)
        await receive(stop)
        await sheet.attention.wait()

    def outlet(self, message: Message) -> Outlet:
        """Return the place to write the answer to this message to."""
        return SheetOutlet(self._sheets.get(message.update) or Sheet(message), self._screen, self._over)

    def _over(self, sheet: Sheet) -> None:
        """Finish a turn. When nobody reads the output any more, nothing more is read either."""
        sheet.close()
        self._sheets.pop(sheet.message.update, None)
        if not sheet.hidden:
            self._finish(sheet)
        sheet.attention.set()

    def _finish(self, sheet: Sheet) -> None:
        try:
            self._screen.finish(sheet)
        except BrokenPipeError:
            self._unread = True
        if last := sheet.last:
            self._script.showed(sheet.message, sheet.answer, sheet.text, last.choices)

    async def close(self) -> None:
        """Close nothing: input and output belong to the process."""

    async def read(self, attachment: Attachment) -> bytes:
        """Raise `Apology`: a line has no files."""
        raise Apology("console.no_files", name=attachment.name)

    async def is_admin(self, message: Message) -> bool:
        """Return whether the sender is the one at the terminal; the people they play administer no group."""
        return message.chat.private or message.sender.id == self._owner

    async def probe(self) -> str:
        """Return who the bot is here."""
        return "@yingda"
