"""How updates reach a bot: by long polls, acknowledged by the next offset, or by a webhook, repeated until 2xx."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from http import HTTPStatus
from typing import Any

import aiohttp

from tests.servers.overheard import LEDGER
from tests.servers.telegram.bell import Bell
from tests.servers.telegram.faults import Refused
from tests.servers.telegram.state import Json

BATCH = 100
# How many requests Telegram has open at once, where it is not told otherwise.
CONNECTIONS = 40
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 1.0
FOREVER = 1e9


class Updates:
    """The updates that the bot has not acknowledged."""

    def __init__(self) -> None:
        self.pending: deque[Json] = deque()
        self.allowed: list[str] = []
        self.webhook: Json = {}
        self.bell = Bell()
        self.complaint = ""
        self.acknowledged = 0
        self.polled = 0
        self.brought = 0
        self._ids = itertools.count(1000)
        self._brought = set[object]()
        self._poller: object = None
        self._closing = False

    def add(self, kind: str, content: Json) -> int:
        """Report something; return the update's id, 0 where the bot does not want to know of it."""
        if self.allowed and kind not in self.allowed:
            return 0
        return self.add_raw({kind: content})

    def add_raw(self, update: Json) -> int:
        """Report anything at all."""
        update_id = next(self._ids)
        for content in update.values():
            LEDGER.now.says(*(content.get(name) for name in ("text", "caption")) if isinstance(content, dict) else ())
        self.pending.append({"update_id": update_id, **update})
        self.bell.ring()
        return update_id

    async def poll(self, params: Json) -> list[Json]:
        """Answer getUpdates. Of two pollers, the one that came first is told to go."""
        if self.webhook:
            said = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first"
            raise Refused(said, HTTPStatus.CONFLICT)
        if "allowed_updates" in params:
            self.allowed = params["allowed_updates"]
        self._acknowledge(int(params.get("offset") or 0))
        me = self._poller = object()
        self.polled += 1
        self.bell.ring()

        def due() -> bool:
            return bool(self.pending) or self._poller is not me or self._closing

        await self.bell.until(due, float(params.get("timeout") or 0))
        if self._poller is not me:
            said = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            raise Refused(said, HTTPStatus.CONFLICT)
        return list(itertools.islice(self.pending, int(params.get("limit") or BATCH)))

    async def deliver(self) -> None:
        """Bring updates to the webhook while there is one: a chat's one after the other. Runs until cancelled."""
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            while True:
                await self.bell.until(lambda: self.webhook and self._next(), FOREVER)
                chat, update = self._next()[0]
                self._brought.add(chat)
                group.create_task(self._bring(session, chat, update))

    def close(self) -> None:
        """Answer everybody who waits."""
        self._closing = True
        self.bell.ring()

    def _next(self) -> list[tuple[object, Json]]:
        """Return what may be brought now: the oldest of each chat that has none under way, while connections last.

        So the Bot API server does, which has a queue for each chat.
        """
        if len(self._brought) >= self.webhook.get("max_connections", CONNECTIONS):
            return []
        oldest: dict[object, Json] = {}
        for update in self.pending:
            oldest.setdefault(_chat(update), update)
        return [(chat, update) for chat, update in oldest.items() if chat not in self._brought]

    async def _bring(self, session: aiohttp.ClientSession, chat: object, update: Json) -> None:
        """Bring an update again and again, until it is taken or there is no webhook any more."""
        pause = FIRST_PAUSE
        while self.webhook and not await self._delivered(session, update):
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        self._brought.discard(chat)
        self.bell.ring()

    async def _delivered(self, session: aiohttp.ClientSession, update: Json) -> bool:
        secret = self.webhook.get("secret_token")
        LEDGER.now.keeps(secret)
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            async with session.post(self.webhook["url"], json=update, headers=headers) as answer:
                self.complaint = (
                    "" if answer.ok else f"Wrong response from the webhook: {answer.status} {answer.reason}"
                )
        except aiohttp.ClientError:
            self.complaint = "Connection refused"
            return False
        if answer.ok:
            self._taken(update)
        return answer.ok

    def _taken(self, update: Json) -> None:
        self.brought += 1
        # Whoever else has got it by a poll meanwhile may have acknowledged it.
        if update in self.pending:
            self.pending.remove(update)
        self.acknowledged = (
            self.pending[0]["update_id"] - 1 if self.pending else max(self.acknowledged, update["update_id"])
        )

    def _acknowledge(self, offset: int) -> None:
        if offset < 0:
            offset = self.pending[max(offset, -len(self.pending))]["update_id"] if self.pending else 0
        while self.pending and self.pending[0]["update_id"] < offset:
            self.acknowledged = self.pending.popleft()["update_id"]

    def info(self) -> dict[str, Any]:
        """Answer getWebhookInfo."""
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
            **({"last_error_message": self.complaint, "last_error_date": int(time.time())} if self.complaint else {}),
        }


def _chat(update: Json) -> object:
    """Return the chat that an update is about; an update of no chat waits for nothing."""
    for about in update.values():
        about = about.get("message", about) if isinstance(about, dict) else {}  # noqa: PLW2901 — unwrapped
        if "chat" in about:
            return about["chat"].get("id") if isinstance(about["chat"], dict) else about["chat"]
    return f"update {update['update_id']}"
