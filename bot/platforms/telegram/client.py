"""The bot's account at Telegram: its client, who it is there, and which chats have moved."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import structlog
from telegram import Bot

from bot.config.settings import Settings
from bot.contract import Moved
from bot.domain.message import Conversation
from bot.platforms.telegram.request import READ_SECONDS, Request

NAME = "telegram"
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Account:
    """What listening and all outlets share.

    Attributes:
        drafts: Whether the server takes native drafts; false for good once it refused one.
        moved: Who is told about chats that got another id; None before anyone listens.
        moves: The new id of every chat that has moved since the start.
    """

    bot: Bot
    requests: tuple[Request, ...]
    drafts: bool
    moved: Moved | None = None
    moves: dict[str, str] = field(default_factory=dict)

    async def move(self, old: str, new: str) -> None:
        """Tell once that a chat has got another id: Telegram says so in both chats, and again at every write."""
        if self.moves.get(old) == new:
            return
        self.moves[old] = new
        log.info("a group became a supergroup", old=hash_of(old), new=hash_of(new))
        if self.moved is None:
            return
        try:
            await self.moved(NAME, old, new)
        except BaseException:
            del self.moves[old]
            raise

    async def ask(self, method: str, **parameters: Any) -> Any:
        """Call a method of the Bot API and return its result as it is, which is quicker than objects of the library.

        `method` has a capital letter after an underscore (`send_Message`): without it the library would recommend the
        method of that name. Raises `TelegramError`.
        """
        return await self.bot.do_api_request(method, api_kwargs=parameters)

    async def close(self) -> None:
        """Close all connections."""
        for request in self.requests:
            await request.shutdown()


def hash_of(chat: int | str) -> str:
    """Return what stands for a chat in the log."""
    return Conversation(NAME, str(chat), "", "").hash


def open_account(token: str, settings: Settings, answer_seconds: float = READ_SECONDS) -> Account:
    """Return the account that a token belongs to; a call waits so long for its answer. Nothing is connected yet."""
    # The library's switch for times as timedelta; without it every RetryAfter comes with a deprecation warning.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    url = settings.telegram_api_url.strip().rstrip("/")
    # Updates have a pool of their own: a long poll must never wait for, or hold up, an answer.
    updates, rest = Request(url, connections=2), Request(url, read_seconds=answer_seconds)
    bot = Bot(
        token,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=rest,
        get_updates_request=updates,
    )
    return Account(bot, (updates, rest), drafts=settings.telegram_drafts)
