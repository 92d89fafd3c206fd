"""The REST API's other half: answering interactions by their token."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.servers.discord.rest import Files, Handler, fill
from tests.servers.discord.rules import Refusal, check_message, require
from tests.servers.discord.state import State
from tests.servers.discord.world import CHAT_INPUT_ANSWER, JSON, Asked, Posted

ACKNOWLEDGE_WITHIN = 3.0
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE = 4, 5, 6, 7
COMPONENT = 3


class Interactions:
    """Handlers by method and path, below the API's address; none of these needs the bot's token."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.routes: dict[tuple[str, str], Handler] = {
            ("POST", "/interactions/{interaction}/{token}/callback"): self._acknowledge,
            ("POST", "/webhooks/{application}/{token}"): self._follow,
            ("GET", "/webhooks/{application}/{token}/messages/{message}"): self._get,
            ("PATCH", "/webhooks/{application}/{token}/messages/{message}"): self._edit,
            ("DELETE", "/webhooks/{application}/{token}/messages/{message}"): self._delete,
        }

    async def _acknowledge(self, ids: dict[str, str], body: Any, files: Files) -> None:
        asked = self._state.interactions.get(ids["token"])
        now = asyncio.get_running_loop().time()
        if asked is None or asked.id != ids["interaction"] or asked.refused or now - asked.born > ACKNOWLEDGE_WITHIN:
            raise Refusal(404, 10062, "Unknown interaction")
        require(not asked.answered, "Interaction has already been acknowledged.", code=40060)
        kind = body.get("type")
        allowed = (4, 5, 6, 7) if asked.type == COMPONENT else (4, 5)
        require(kind in allowed, "Invalid Form Body: type")
        asked.answered = kind
        if kind in (MESSAGE, DEFERRED_MESSAGE):
            asked.original = self._answer(asked)
            asked.original.thinking = kind == DEFERRED_MESSAGE
            if kind == MESSAGE:
                check_message(body.get("data", {}), files=len(files))
                fill(self._state, asked.original, body["data"], files)
            await self._state.post(asked.original)
        self._state.tell()

    async def _follow(self, ids: dict[str, str], body: Any, files: Files) -> JSON:
        asked = self._alive(ids)
        check_message(body, files=len(files))
        waiting = asked.original and asked.original.thinking and not asked.original.deleted
        if asked.original and waiting:  # the first follow-up of a deferred response is the response
            fill(self._state, asked.original, body, files)
            await self._state.change(asked.original)
            return asked.original.json()
        posted = self._answer(asked)
        fill(self._state, posted, body, files)
        return (await self._state.post(posted)).json()

    async def _get(self, ids: dict[str, str], _body: Any, _files: Files) -> JSON:
        return self._posted(self._alive(ids), ids).json()

    async def _edit(self, ids: dict[str, str], body: Any, files: Files) -> JSON:
        posted = self._posted(self._alive(ids), ids)
        check_message(body, files=len(files) + len(posted.attachments), editing=True)
        fill(self._state, posted, body, files)
        await self._state.change(posted)
        return posted.json()

    async def _delete(self, ids: dict[str, str], _body: Any, _files: Files) -> None:
        self._posted(self._alive(ids), ids).deleted = True
        self._state.tell()

    def _answer(self, asked: Asked) -> Posted:
        ids, bot, webhook = self._state.ids, self._state.bot, self._state.application
        return Posted(ids(), asked.channel, bot, type=CHAT_INPUT_ANSWER, webhook=webhook, asked=asked)

    def _alive(self, ids: dict[str, str]) -> Asked:
        asked = self._state.interactions.get(ids["token"])
        if asked is None or ids["application"] != self._state.application or not asked.answered:
            raise Refusal(404, 10015, "Unknown Webhook")
        require(not asked.expired, "Invalid Webhook Token", status=401, code=50027)
        return asked

    @staticmethod
    def _posted(asked: Asked, ids: dict[str, str]) -> Posted:
        posted = asked.original if ids["message"] == "@original" else asked.channel.messages.get(ids["message"])
        if posted is None or posted.deleted or not posted.webhook:
            raise Refusal(404, 10008, "Unknown Message")
        return posted
