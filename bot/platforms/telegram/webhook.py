"""The webhook: Telegram brings updates, several requests at once if it likes; each chat's are taken in order."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

import structlog
import telegram
from telegram.error import InvalidToken

from bot.config.settings import Settings
from bot.platforms.telegram.asking import Asking
from bot.platforms.telegram.ears import NotUnderstoodError
from bot.platforms.telegram.text import Json
from bot.platforms.telegram.updates import UPDATES, Take

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 — the header's name
# How many requests Telegram may have open at once, over all replicas; 100 is its most.
CONNECTIONS = 100
log = structlog.get_logger(__name__)


class Webhook:
    """Tells Telegram where to bring updates, watches that it still knows, and takes them over."""

    def __init__(self, bot: telegram.Bot, take: Take, asking: Asking, settings: Settings) -> None:
        self._bot = bot
        self._take = take
        self._asking = asking
        self._url = settings.telegram_webhook_url
        self._secret = settings.webhook_secret
        self._open = False
        self._orders: dict[int, tuple[asyncio.Lock, int]] = {}
        self._complaint = ""

    async def run(self) -> None:
        """Have updates brought until cancelled. Returns when the token is refused.

        The webhook stays when the bot ends: Telegram keeps what it cannot bring until the bot, or another replica, is
        back.
        """
        self._open = True
        try:
            while await self._asking.patiently(self._set, _always) is not None:
                while (is_set := await self._asking.patiently(self._look, _always)) is True:
                    self._asking.alive(until=self._asking.patience.look)
                    await asyncio.sleep(self._asking.patience.look)
                if is_set is None:
                    return
                log.warning("telegram has lost the webhook, or another process has changed it; it is set again")
        finally:
            self._open = False

    async def take(self, body: bytes) -> HTTPStatus:
        """Take over what a request brings; return its status."""
        raw = _update(body)
        if raw is None:
            return HTTPStatus.BAD_REQUEST
        async with self._in_order(_chat(raw)):
            # Looked at when its turn has come: listening may have ended meanwhile.
            return await self._taken(raw) if self._open else HTTPStatus.SERVICE_UNAVAILABLE

    async def _taken(self, raw: Json) -> HTTPStatus:
        try:
            await self._take(raw)
        except NotUnderstoodError:
            log.exception("telegram update not understood, left out", update=raw["update_id"])
        except Exception:  # whatever kept it from being taken over: Telegram brings it again
            log.exception("a telegram update could not be taken over, it will come again", update=raw["update_id"])
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK

    @asynccontextmanager
    async def _in_order(self, chat: int) -> AsyncIterator[None]:
        """Wait for the updates of a chat that came before; nothing is kept of a chat that has none under way."""
        lock, users = self._orders.get(chat, (asyncio.Lock(), 0))
        self._orders[chat] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            users = self._orders[chat][1] - 1
            if users:
                self._orders[chat] = lock, users
            else:
                del self._orders[chat]

    async def _set(self) -> bool:
        return await self._bot.set_webhook(
            self._url, max_connections=CONNECTIONS, allowed_updates=list(UPDATES), secret_token=self._secret
        )

    async def _look(self) -> bool:
        """Return whether the webhook is ours. What Telegram complains of is logged once."""
        told = await self._bot.get_webhook_info()
        complaint = told.last_error_message or ""
        if complaint and complaint != self._complaint:
            log.warning("telegram cannot bring updates", reason=complaint[:200], waiting=told.pending_update_count)
        self._complaint = complaint
        return told.url == self._url


def shows(headers: Mapping[str, str], secret: str) -> bool:
    """Return whether a request shows the secret, in a time that tells nothing about it."""
    # A stranger's header may hold any bytes, which aiohttp keeps as surrogates.
    shown = headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
    return hmac.compare_digest(shown, secret.encode())


def _update(body: bytes) -> Json | None:
    """Return the update that a body is, or None where it is none."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) and type(raw.get("update_id")) is int else None


def _chat(raw: Json) -> int:
    """Return the chat that an update is about; 0 for those of no chat."""
    for kind in UPDATES:
        about = raw.get(kind)
        about = about.get("message", about) if isinstance(about, dict) else {}
        chat = about.get("chat") if isinstance(about, dict) else None
        if isinstance(chat, dict) and type(chat.get("id")) is int:
            return int(chat["id"])
    return 0


def _always(_error: InvalidToken) -> bool:
    return True
