"""Telegram: listening by long polls or a webhook, outlets, attachments. Start reading at `Telegram.listen`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

import structlog
from telegram.constants import ChatMemberStatus, FileSizeLimit
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.config.catalogue import Catalogue
from bot.config.settings import Settings
from bot.contract import Apart, Moved, Outlet, Part, Pulse, Rate, Receive
from bot.domain.command import Commands
from bot.domain.errors import Apology
from bot.domain.message import Attachment, Message
from bot.platforms.telegram.asking import Asking, Patience
from bot.platforms.telegram.client import NAME, Account, open_account
from bot.platforms.telegram.ears import Ears
from bot.platforms.telegram.errors import says
from bot.platforms.telegram.menu import publish
from bot.platforms.telegram.outlet import TelegramOutlet
from bot.platforms.telegram.updates import Poll
from bot.platforms.telegram.webhook import Webhook, shows

ADMINISTRATORS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
FRESH_SECONDS = 60.0
MOST_KNOWN = 10_000
LAST_WORD_SECONDS = 2.0
LARGEST_FILE = int(FileSizeLimit.FILESIZE_DOWNLOAD)
log = structlog.get_logger(__name__)


def build(settings: Settings, texts: Catalogue, commands: Commands) -> Telegram | None:  # noqa: ARG001 — all have one form
    """Return the platform, or None without a token. Nothing is connected yet."""
    token = settings.telegram_token.get_secret_value().strip() if settings.telegram_token else ""
    return Telegram(open_account(token, settings), settings, commands) if token else None


class Telegram:
    """The Telegram platform."""

    def __init__(
        self,
        account: Account,
        settings: Settings,
        commands: Commands,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._settings = settings
        self._commands = commands
        self._asking = Asking(patience or Patience())
        self._clock = clock
        self._administers: dict[tuple[str, str], tuple[float, bool]] = {}
        self._poll: Poll | None = None
        self._webhook: Webhook | None = None

    @property
    def name(self) -> str:
        """`telegram`."""
        return NAME

    @property
    def lasting(self) -> bool:
        """A chat can be answered by any process, at any time."""
        return True

    @property
    def overall(self) -> Rate:
        """In any second no more than the setting and a fifth of it."""
        most = self._settings.telegram_per_second
        return Rate(max(1, most // 5), 1 / most)

    async def listen(self, receive: Receive, moved: Moved) -> None:
        """Hand over what is polled or brought until cancelled. Raises `Apology` when the token is refused."""
        bot = self._account.bot
        self._account.moved = moved
        async with asyncio.TaskGroup() as courtesies:
            ears = Ears(self._account, self._commands, receive, courtesies)
            if await self._asking.patiently(bot.get_me, lambda _: True):
                courtesies.create_task(publish(bot, self._commands, self._settings.default_language))
                await self._way(ears).run()
        raise Apology("platforms.telegram_token")

    def pulse(self) -> Pulse:
        """Return when the server was last heard of, and whether it answers."""
        return self._asking.pulse()

    @property
    def hook(self) -> str:
        """The path that Telegram brings updates to; empty when they are polled."""
        return self._settings.webhook_path

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request shows the secret that Telegram alone was told."""
        return shows(headers, self._settings.webhook_secret)

    async def take(self, body: bytes) -> HTTPStatus:
        """Take over an update that is brought. Before anyone listens, it has to be brought again."""
        return await self._webhook.take(body) if self._webhook else HTTPStatus.SERVICE_UNAVAILABLE

    async def parts(self) -> int:
        """Return 1: Telegram gives its updates to one poller; by webhook everybody may be brought some."""
        return 0 if self.hook else 1

    async def listen_to(self, part: Part, receive: Receive, moved: Moved, apart: Apart) -> None:
        """Poll as `listen` does, and acknowledge what was taken over before another process polls."""
        del part, apart  # there is only one
        try:
            await self.listen(receive, moved)
        finally:
            await self._confirm()

    async def close(self) -> None:
        """Acknowledge what was taken over and close all connections."""
        await self._confirm()
        await self._account.close()

    def outlet(self, message: Message) -> Outlet:
        """Return the place to write the answer to this message to."""
        return TelegramOutlet(self._account, message)

    async def read(self, attachment: Attachment) -> bytes:
        """Return a file's content. Raises `Apology` when it is gone, too large, or cannot be reached."""
        if attachment.size > LARGEST_FILE:
            raise Apology("platforms.telegram_file_large")
        try:
            file = await self._account.bot.get_file(attachment.id)
            return bytes(await file.download_as_bytearray())
        except BadRequest as error:
            large = says(error, "too big")
            raise Apology(f"platforms.telegram_file_{'large' if large else 'gone'}") from error
        except (TelegramError, RuntimeError, OSError) as error:
            log.warning("a file could not be read from telegram", reason=type(error).__name__)
            raise Apology("platforms.telegram_file_unread") from error

    async def is_admin(self, message: Message) -> bool:
        """Return whether the sender administers the chat. Who speaks as the chat itself does so anonymously."""
        if message.chat.private or message.sender.id == message.chat.id:
            return True
        who = (message.chat.id, message.sender.id)
        known = self._administers.get(who)
        if known and self._clock() - known[0] < FRESH_SECONDS:
            return known[1]
        return await self._ask_whether_admin(who)

    async def probe(self) -> str:
        """Return the bot's `@name`. Raises `Apology` that says what is wrong and how to mend it."""
        try:
            me = await self._account.bot.get_me()
        except InvalidToken as error:
            raise Apology("platforms.telegram_token") from error
        except (TelegramError, TypeError) as error:  # TypeError: a result that describes no bot
            url, reason = self._settings.telegram_api_url, type(error).__name__
            raise Apology("platforms.telegram_unreachable", url=url, reason=reason) from error
        return f"@{me.username}"

    def _way(self, ears: Ears) -> Poll | Webhook:
        if self._settings.telegram_webhook_url:
            self._webhook = Webhook(self._account.bot, ears.take, self._asking, self._settings)
            return self._webhook
        self._poll = Poll(self._account.bot, ears.take, self._asking)
        return self._poll

    async def _confirm(self) -> None:
        poll, self._poll = self._poll, None
        if poll is None:
            return
        try:
            async with asyncio.timeout(LAST_WORD_SECONDS):
                await poll.confirm()
        except (TelegramError, TimeoutError) as error:
            log.debug("telegram was not told what was received last", reason=type(error).__name__)

    async def _ask_whether_admin(self, who: tuple[str, str]) -> bool:
        try:
            member = await self._account.bot.get_chat_member(int(who[0]), int(who[1]))
        except TelegramError as error:
            log.warning("telegram does not say who administers a chat", reason=type(error).__name__)
            return False
        if len(self._administers) >= MOST_KNOWN:
            self._administers.clear()
        self._administers[who] = (self._clock(), member.status in ADMINISTRATORS)
        return member.status in ADMINISTRATORS
