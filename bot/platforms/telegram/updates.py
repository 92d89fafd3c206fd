"""The polling loop: every update is handed over in order, and acknowledged only after it was taken over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
import telegram
from telegram.error import Conflict, TelegramError

from bot.platforms.telegram.asking import Asking, is_revoked
from bot.platforms.telegram.ears import NotUnderstoodError
from bot.platforms.telegram.text import Json

UPDATES = ("message", "channel_post", "callback_query", "my_chat_member")
# An update that each time fails to be taken over would hold up all others for ever.
MOST_TRIES = 3
Take = Callable[[Json], Awaitable[None]]
log = structlog.get_logger(__name__)


class Poll:
    """One reader of a bot's updates. `take` is given them in order, one after the other."""

    def __init__(self, bot: telegram.Bot, take: Take, asking: Asking) -> None:
        self._bot = bot
        self._take = take
        self._asking = asking
        self._patience = asking.patience
        self._offset = 0
        self._confirmed = 0
        self._tries = 0

    async def run(self) -> None:
        """Hand over updates until cancelled. Returns when the token is refused."""
        while (updates := await self._asking.patiently(self._fetch, is_revoked, self._conflict)) is not None:
            for update in updates:
                taken = await self._hand_over(update)
                self._asking.alive()
                if not taken:
                    await asyncio.sleep(self._patience.first)
                    break  # it comes again with the next request, and those after it

    async def confirm(self) -> None:
        """Acknowledge what was taken over since the last request; for the end, when no other request follows."""
        if self._offset > self._confirmed:
            await self._request(seconds=0)

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

    async def _hand_over(self, raw: Json) -> bool:
        """Return False where an update was not taken over, and is not to be acknowledged yet."""
        update_id: int = raw["update_id"]
        try:
            await self._take(raw)
        except NotUnderstoodError:
            log.exception("telegram update not understood, left out", update=update_id)
        except Exception:
            self._tries += 1
            log.exception("a telegram update could not be taken over", update=update_id, tries=self._tries)
            if self._tries < MOST_TRIES:
                return False
        self._tries = 0
        self._offset = update_id + 1
        return True

    async def _conflict(self, error: Conflict) -> float:
        """Remove a webhook, which polling excludes; leave another poller in peace and wait for it to end."""
        if "webhook" not in str(error).lower():
            self._asking.contested()
            # The first time it may be one whose turn has just ended.
            if self._asking.failures > 1 and self._asking.first("second poller"):
                log.error("another process polls Telegram with this token, waiting for it to end")
            return min(self._patience.first * 4.0 ** min(self._asking.failures, 16), self._patience.second_poller)
        log.warning("a webhook is set for this bot; it is removed, since the bot polls")
        try:
            await self._bot.delete_webhook()
        except TelegramError as failed:
            log.warning("the webhook could not be removed", reason=type(failed).__name__)
        return self._patience.first
