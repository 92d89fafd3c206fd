"""What is written by a slash command's token while it lives: the response, and the messages that follow it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from bot.domain.errors import Gone, RetryAfter
from bot.domain.message import Message
from bot.platforms.discord.acknowledgements import ACKNOWLEDGE_WITHIN, Acknowledgements
from bot.platforms.discord.rendering import Form
from bot.platforms.discord.rest import UNKNOWN_MESSAGE, Heard, Missing, Refused, Wire

TOKEN_LIVES = 14.5 * 60  # of the 15 minutes, so that a write under way still arrives
UNKNOWN_WEBHOOK = 10015
ACKNOWLEDGED_BY = ACKNOWLEDGE_WITHIN + 1.0  # seconds after it was received
SOON = 0.5
LOADING = 1 << 7  # the flag of a response that is still "thinking"
ORIGINAL = "@original"

FOLLOW_UPS = "/webhooks/{webhook_id}/{webhook_token}?wait=true"
RESPONSE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
LATEST = "/channels/{channel_id}/messages?limit=100"


class Response:
    """The response to one slash command and what follows it; to any other message there is none, and it is not open.

    Discord makes one message of all sends with the same nonce, but not of messages that follow a response. Such a
    message is sent once, and whoever heard no answer asks `landed` before sending it again.
    """

    def __init__(
        self, message: Message, wire: Callable[[], Awaitable[Wire]], acknowledgements: Acknowledgements
    ) -> None:
        self._channel = message.chat.thread or message.chat.id
        self._origin = message.origin
        self._wire = wire
        self._acknowledgements = acknowledgements
        self._received = float(message.origin.get("received", 0))
        self._expires = self._received + TOKEN_LIVES if message.origin.get("token") else 0.0

    @property
    def open(self) -> bool:
        """Whether the slash command's token still lives."""
        return time.time() < self._expires

    async def acknowledged(self) -> None:
        """Wait until Discord knows that the slash command was received; where it has given it up, the token is dead."""
        if self.open and not await self._acknowledgements.taken(self._origin.get("interaction", "")):
            self._expires = 0.0

    async def respond(self, form: Form, heard: Heard) -> bool:
        """Write the response itself. Return whether that was done: not without a token, nor where it was deleted."""
        try:
            return await self.edit(ORIGINAL, form, heard)
        except Missing:
            return False

    async def follow(self, form: Form, heard: Heard) -> bool:
        """Send a message that follows the response. Return whether that was done: not without a token.

        Raises:
            Unheard: It may stand there, or not.
            RetryAfter, Refused: It was not sent.
        """
        if not self.open:
            return False
        wire = await self._wire()
        try:
            await wire.call("POST", FOLLOW_UPS, form.body, self._ids, files=form.files, heard=heard, once=True)
        except (Missing, Gone) as error:
            self._dead(error)
            return False
        return True

    async def edit(self, written: str, form: Form, heard: Heard) -> bool:
        """Redraw a message. Return whether that was done: not without a token. Raises `Missing` where it is gone."""
        if not self.open:
            return False
        wire, ids = await self._wire(), {**self._ids, "message_id": written}
        try:
            await wire.call("PATCH", RESPONSE, form.body, ids, files=form.files, heard=heard)
        except (Missing, Gone) as error:
            if isinstance(error, Missing) and error.code == UNKNOWN_MESSAGE:
                raise
            self._dead(error)
            return False
        return True

    def _dead(self, error: Missing | Gone) -> None:
        """Take the token for dead (the channel may be open), unless the process that heard it is acknowledging it."""
        known = not isinstance(error, Missing) or error.code != UNKNOWN_WEBHOOK
        if not known and time.time() < self._received + ACKNOWLEDGED_BY:
            raise RetryAfter(SOON)
        self._expires = 0.0

    async def withdraw(self) -> None:
        """Delete the response: it stops "thinking"."""
        wire = await self._wire()
        await wire.call("DELETE", RESPONSE, None, {**self._ids, "message_id": ORIGINAL}, once=True)

    async def landed(self, after: int, known: Collection[str]) -> str | None:
        """Return the id of the first message written by the token, later than the id `after` and not `known`, if any.

        None, too, where the channel's messages may not be read: Discord shows none without the right to the history,
        and refuses where the bot itself is not in the channel, only with the person who asked. What is sent again then
        may stand there twice, which is better than not at all; as may what Discord gets done only after this look.
        """
        wire = await self._wire()
        try:
            latest = await wire.call("GET", LATEST, None, {"channel_id": self._channel})
        except (Missing, Gone, Refused):
            return None
        mine = sorted(int(each["id"]) for each in latest if self._wrote(each) and each["id"] not in known)
        return next((str(each) for each in mine if each > after), None)

    def _wrote(self, message: Mapping[str, Any]) -> bool:
        interaction = message.get("interaction_metadata") or {}
        return interaction.get("id") == self._origin.get("interaction", "") and not message.get("flags", 0) & LOADING

    @property
    def _ids(self) -> dict[str, str]:
        return {"webhook_id": self._origin["application"], "webhook_token": self._origin["token"]}
