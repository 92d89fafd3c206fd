"""The polling loop: every update is handed over in order, and acknowledged only after it was taken over."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import structlog
import telegram
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

T = TypeVar("T")
UPDATES = ("message", "channel_post", "callback_query", "my_chat_member")
Take = Callable[[telegram.Update], Awaitable[None]]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take, in seconds.

    Attributes:
        poll: How long the server may hold a request while there is nothing to report.
        answer: How much longer it may take to answer then.
        first: The pause after the first failure in a row; it doubles up to `longest`.
        second_poller: The pause while another process polls with the same token.
    """

    poll: float = 30.0
    answer: float = 10.0
    first: float = 0.25
    longest: float = 30.0
    second_poller: float = 20.0


class Poll:
    """One reader of a bot's updates. `take` is given them in order, one after the other."""

    def __init__(self, bot: telegram.Bot, take: Take, patience: Patience) -> None:
        self._bot = bot
        self._take = take
        self._patience = patience
        self._offset = 0
        self._confirmed = 0
        self._failures = 0
        self._since = 0.0
        self._told: set[str] = set()

    async def run(self) -> None:
        """Hand over updates until cancelled. Returns when the token is refused."""
        while (updates := await self._patiently(self._fetch, _is_revoked)) is not None:
            for update in updates:
                await self._hand_over(update)

    async def meet(self) -> bool:
        """Learn who the bot is. Returns False when the token is refused."""
        return await self._patiently(self._bot.get_me, lambda _: True) is not None

    async def confirm(self) -> None:
        """Acknowledge what was taken over since the last request; for the end, when no other request follows."""
        if self._offset > self._confirmed:
            await self._request(seconds=0)

    async def _patiently(self, ask: Callable[[], Awaitable[T]], ends: Callable[[InvalidToken], bool]) -> T | None:
        """Ask until there is an answer, with growing pauses. Return None when the token is refused for good."""
        while True:
            try:
                answer = await ask()
            except Exception as error:  # noqa: BLE001 — whatever a server says, polling never ends silently
                if isinstance(error, InvalidToken) and ends(error):
                    return None
                await asyncio.sleep(await self._pause(error))
            else:
                self._healed()
                return answer

    async def _fetch(self) -> list[dict[str, Any]]:
        offset = self._offset
        updates = await self._request(self._patience.poll)
        self._confirmed = offset
        known = [each for each in updates if isinstance(each.get("update_id"), int)]
        if updates and not known:
            raise TelegramError("updates without ids")
        return sorted(known, key=lambda each: int(each["update_id"]))

    async def _request(self, seconds: float) -> Any:
        """Ask for updates as they are: `get_updates` parses them together, and one it cannot read would hide all.

        The capital letter keeps the library from recommending `get_updates`.
        """
        known = {"offset": self._offset} if self._offset else {}
        return await self._bot.do_api_request(
            "get_Updates",
            api_kwargs={**known, "timeout": int(seconds), "allowed_updates": list(UPDATES)},
            read_timeout=seconds + self._patience.answer,
        )

    async def _hand_over(self, raw: dict[str, Any]) -> None:
        update_id: int = raw["update_id"]
        try:
            await self._take(telegram.Update.de_json(raw, self._bot))
        except Exception:
            log.exception("telegram update not understood, left out", update=update_id)
        self._offset = update_id + 1

    def _healed(self) -> None:
        if self._failures:
            log.info("telegram answers again", after=round(time.monotonic() - self._since, 1))
        self._failures = 0
        self._told.clear()

    def _first(self, kind: str) -> bool:
        """Return whether this kind of trouble is new since the server last answered: it is logged once."""
        new = kind not in self._told
        self._told.add(kind)
        return new

    async def _pause(self, error: Exception) -> float:
        """Return how long to wait after a failed request; say so once for all failures in a row."""
        self._failures += 1
        if self._failures == 1:
            self._since = time.monotonic()
        jitter = random.uniform(0.5, 1.0)
        if isinstance(error, Conflict):
            return await self._conflict(error) * jitter
        if self._first("outage"):
            log.warning("telegram does not answer, trying again", reason=f"{type(error).__name__}: {error}"[:200])
        if isinstance(error, RetryAfter):
            asked = error.retry_after
            return asked.total_seconds() if isinstance(asked, timedelta) else asked
        return jitter * min(self._patience.first * 2.0 ** min(self._failures, 16), self._patience.longest)

    async def _conflict(self, error: Conflict) -> float:
        """Remove a webhook, which polling excludes; leave another poller in peace and wait for it to end."""
        if "webhook" not in str(error).lower():
            # The first time it may be one whose turn has just ended.
            if self._failures > 1 and self._first("second poller"):
                log.error("another process polls Telegram with this token, waiting for it to end")
            return min(self._patience.first * 4.0 ** min(self._failures, 16), self._patience.second_poller)
        log.warning("a webhook is set for this bot; it is removed, since the bot polls")
        try:
            await self._bot.delete_webhook()
        except TelegramError as failed:
            log.warning("the webhook could not be removed", reason=type(failed).__name__)
        return self._patience.first


def _is_revoked(error: InvalidToken) -> bool:
    """Return whether a token that was right before is so no more; 404 then comes from something before the server."""
    return "unauthorized" in str(error.__cause__ or error).lower()
