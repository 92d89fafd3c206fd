"""What the parts of the house promise each other. Between the rooms only these types are passed."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, runtime_checkable

from bot.domain.message import Attachment, Message
from bot.domain.reply import Choice, File, Reply, Source


class Stage(Protocol):
    """Answers a message, or rewrites it for the stages after this one, or passes (None).

    A module in `handlers/stages` offers `build(services) -> Stage`. It is called off the event loop, once, at start; it
    may load files and build indexes, and raises `ContentError` for a file it refuses. What it opens, it registers with
    `services.closing`.
    """

    def __call__(self, message: Message, /) -> Awaitable[Reply | Message | None]:
        """Answer, rewrite or pass."""
        ...


class Prober(Protocol):
    """A stage, platform or room that can be asked whether what it depends on works (`python -m bot check`)."""

    async def probe(self) -> str:
        """Return one line about what answered. Raises `Apology` that says what is wrong and how to mend it."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer as it stands now. The last write of a page has `final`; the outlet may skip any other.

    Attributes:
        number: 0 for the first page of the answer. Writing a number again redraws that page.
        markdown: Whether `text` is Markdown to be formatted; never while a page is still growing.
        choices: Buttons below the page (the answer's last page only).
        files: What is sent with the page (the answer's last page only).
        source: Where the answer came from.
        last: Whether it is the answer's last page (known only when final).
        notice: Whether it is no part of the answer, which will replace it (never when final).
    """

    number: int
    text: str
    final: bool
    source: Source
    markdown: bool = False
    choices: tuple[Choice, ...] = ()
    files: tuple[File, ...] = ()
    last: bool = False
    notice: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """A chat may be written to `burst` times at once, and then once every `interval` seconds."""

    burst: int
    interval: float


@runtime_checkable
class Limited(Protocol):
    """A platform that allows so many writes over all its chats together."""

    @property
    def overall(self) -> Rate:
        """How often it may be written to."""
        ...


class Outlet(Protocol):
    """The place one answer is written to. Made by its platform from the message alone."""

    @property
    def gate(self) -> str:
        """The chat whose writes share one gate, unique over all platforms."""
        ...

    @property
    def rate(self) -> Rate:
        """How often that chat may be written to."""
        ...

    @property
    def limit(self) -> int:
        """How long a page may be, in the unit of `length`."""
        ...

    @property
    def pace(self) -> float:
        """Seconds between two redraws of a growing page."""
        ...

    def length(self, text: str) -> int:
        """Return the length of a text as the platform counts it, at worst (escaped, where it escapes)."""
        ...

    async def typing(self) -> None:
        """Show that an answer is being made, for some seconds. Never fails."""
        ...

    async def write(self, page: Page) -> str:
        """Draw a page, and return the platform's id of the message it is drawn in (empty while it has none).

        Formatted text that the platform refuses is written again as plain text. "Not modified" is success.

        Raises:
            RetryAfter: Nothing was written; the platform asks for silence.
            Unreachable: The platform is away; it is to be tried again after a while.
            Gone: Nothing can be written here any more.
            FilesRefused: The page's files cannot be written here.
        """
        ...

    async def adopt(self, number: int, written: str) -> None:
        """Take a page as drawn already, in the message with this id: writing it redraws that message."""
        ...

    async def done(self) -> None:
        """The turn is over, answered or not; nothing more is written."""
        ...


class Receive(Protocol):
    """Where a platform hands over what people say, one message after the other, in their order."""

    async def __call__(self, message: Message, /) -> None:
        """Take a message over. When this returns, the platform may be told that it was received."""
        ...


class Moved(Protocol):
    """Told by a platform when a chat gets another id (a Telegram group becomes a supergroup)."""

    async def __call__(self, platform: str, old: str, new: str, /) -> None:
        """Move everything kept about the old chat to the new one."""
        ...


class Platform(Protocol):
    """Opens connections, listens, makes outlets, reads attachments.

    A module in `bot/platforms` offers `build(settings, texts, commands) -> Platform | None`; None where the settings
    have no token for it.
    """

    @property
    def name(self) -> str:
        """The platform's name, as messages carry it."""
        ...

    @property
    def lasting(self) -> bool:
        """Whether another process can answer later what was said here (not in a terminal, which is gone by then)."""
        ...

    async def listen(self, receive: Receive, moved: Moved) -> None:
        """Connect and hand over messages until cancelled. On cancellation stop listening; outlets still work."""
        ...

    async def close(self) -> None:
        """Close all connections. Nothing is written after this."""
        ...

    def outlet(self, message: Message) -> Outlet:
        """Return the place to write the answer to this message to."""
        ...

    async def read(self, attachment: Attachment) -> bytes:
        """Return a file's content. Raises `Apology` when it is gone or too large."""
        ...

    async def is_admin(self, message: Message) -> bool:
        """Return whether the sender administers the chat (in a private chat: always)."""
        ...

    async def probe(self) -> str:
        """Return who the bot is there. Raises `Apology` that says what is wrong and how to mend it."""
        ...


class Apart(Protocol):
    """Keeps processes from doing at the same time what is to be done one after the other."""

    async def __call__(self, what: str, seconds: float, /) -> None:
        """Return when nobody was given leave for this within so many seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """One of the parts that a platform is listened to in: its number, from 0 on, and of how many it is one."""

    number: int
    of: int


@runtime_checkable
class Shared(Protocol):
    """A platform that is listened to in parts, each by one process at a time."""

    async def parts(self) -> int:
        """Return how many parts there should be; 0: every process listens to all of it. Raises `Apology` as `listen`.

        Others that listen already may have divided it otherwise: what counts is what `listen_to` is told.
        """
        ...

    async def listen_to(self, part: Part, receive: Receive, moved: Moved, apart: Apart) -> None:
        """Listen to one part as `Platform.listen` does to all; after it has ended another process may begin it.

        `apart` is for what the platform's servers let all processes together do only so often.
        """
        ...


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a platform's listening is.

    Attributes:
        at: When, on the monotonic clock, it last did anything; in the future while it waits on purpose until then.
        connected: Whether the platform's servers answer.
        contested: Another process has just been found to listen in this one's place.
    """

    at: float
    connected: bool
    contested: bool = False


@runtime_checkable
class Lively(Protocol):
    """A platform that shows whether its listening is alive, so that listening can begin anew where it is not."""

    def pulse(self) -> Pulse:
        """Return how it is. Before listening began: disconnected."""
        ...


@runtime_checkable
class Hooked(Protocol):
    """A platform that may be told what happens by HTTP requests (a webhook)."""

    @property
    def hook(self) -> str:
        """The path that the requests come to; empty where there are none."""
        ...

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request with these headers comes from the platform: of others nothing is read."""
        ...

    async def take(self, body: bytes) -> HTTPStatus:
        """Take over what a request tells. 200 means that it was taken over; anything else, that it was not."""
        ...


@runtime_checkable
class Promising(Protocol):
    """An outlet whose platform may show by itself that an answer is on its way, before there is any."""

    @property
    def promised(self) -> bool:
        """Whether people are shown that now."""
        ...


def promised(outlet: object) -> bool:
    """Return whether people are shown that what an outlet is for is on its way."""
    return isinstance(outlet, Promising) and outlet.promised
