"""Guests: people who come, say a few things one after the other, and never come again. On Telegram and on Discord."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tests.chaos.world import World
from tests.servers.discord import Asked, Channel
from tests.servers.telegram import Place, Room, Talker

# The options that are typed without their name.
PLAIN = ("text", "texts", "word", "words")
FIRST = 10_000_000
PIXELS = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


class Guest(Protocol):
    """Somebody in a chat that nobody was in before."""

    name: str

    async def says(self, text: str) -> None:
        """Say something to the bot."""

    async def uses(self, name: str, /, **options: str) -> None:
        """Use a command."""

    async def mumbles(self) -> None:
        """Do what the bot hears of and does not answer."""

    def reads(self) -> Sequence[str]:
        """Return the bot's messages in the chat as they stand."""
        ...

    async def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is to be read; return False when it is not within so many seconds."""
        ...

    def refused(self) -> bool:
        """Return whether the platform has told that the bot did not react to the last command."""
        ...

    def leaves(self) -> None:
        """Leave, and let the world forget the chat."""


class TelegramGuest:
    """A person in private, or in a group."""

    def __init__(self, world: World, number: int, *, group: bool) -> None:
        server = self._server = world.telegram
        self._call = f"@{server.username} " if group else ""
        name = self.name = f"guest-{number}"
        self._talker = self._member(name, -FIRST - number) if group else server.private(name, id=FIRST + number)

    async def says(self, text: str) -> None:
        await self._talker.says(self._call + text)

    async def uses(self, name: str, /, **options: str) -> None:
        named = (f"{option}:{value}" for option, value in options.items() if option not in PLAIN)
        plain = (value for option, value in options.items() if option in PLAIN)
        await self._talker.says(" ".join((f"/{name}", *named, *plain)))

    async def mumbles(self) -> None:
        await self._talker.sends("sticker", PIXELS)
        await self._talker.sends("photo", PIXELS)
        self._server.updates.add("edited_message", {**self._talker.room.messages[self._talker.said], "edit_date": 1})

    def reads(self) -> Sequence[str]:
        return self._talker.texts

    async def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        return await self._talker.room.bell.until(condition, seconds)

    def refused(self) -> bool:
        return False

    def leaves(self) -> None:
        self._server.api.rooms.pop(self._talker.room.id)

    def _member(self, name: str, chat: int) -> Talker:
        """Return somebody in a group whose id no other group has had."""
        room = self._server.api.rooms[chat] = Room(chat, "supergroup", name)
        return Place(self._server, room).member(name)


class DiscordGuest:
    """A person in private, or in a channel of a guild, which one after the other sits in."""

    def __init__(self, world: World, number: int, channel: Channel | None = None) -> None:
        server, name = world.discord, f"guest-{number}"
        self._server, self.name = server, name
        self._call = "@bot " if channel else ""
        self._seat = server.member(channel, name) if channel else server.dm(name)
        self._asked: Asked | None = None

    async def says(self, text: str) -> None:
        await self._present()
        await self._seat.says(self._call + text)

    async def uses(self, name: str, /, **options: str) -> None:
        await self._present()
        self._asked = await self._seat.invokes(name, **options)

    async def mumbles(self) -> None:
        await self._present()
        posted = await self._seat.says("", files={"pixels.gif": PIXELS})
        await self._seat.edits(posted, "a picture, by the way")

    def reads(self) -> Sequence[str]:
        return self._seat.screen

    async def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        try:
            return await self._server.until(condition, lambda: "", seconds)
        except AssertionError:
            return False

    def refused(self) -> bool:
        return self._asked is not None and not self._asked.answered

    def leaves(self) -> None:
        user, channel = self._seat.user, self._seat.channel
        channel.messages.clear()
        self._server.users.pop(user.id)
        if channel.guild:
            channel.guild.members.pop(user.id)
            channel.guild.users.pop(user.id)
        else:
            self._server.channels.pop(channel.id)

    async def _present(self) -> None:
        """Who is away from the gateway is told nothing, and not again later."""
        await self._server.until(lambda: bool(self._server.gateway.connected), lambda: "nobody listens on Discord", 60)
