"""Where one answer is written to: a channel, or the response to a slash command while its token lives."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.contract import Page, Rate
from bot.domain.errors import FilesRefused, Gone, RetryAfter
from bot.domain.message import Message
from bot.platforms.discord.acknowledgements import Acknowledgements
from bot.platforms.discord.rendering import LIMIT, Body, Form, forms
from bot.platforms.discord.response import Response
from bot.platforms.discord.rest import UNKNOWN_MESSAGE, Heard, Missing, Refused, Unheard, Wire
from bot.platforms.discord.text import escaped

PACE = 1.0
RATE = Rate(5, 1.0)
DONE_WITHIN = 5.0  # seconds: who ends a process waits for it

MESSAGES, MESSAGE = "/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}"
TYPING = "/channels/{channel_id}/typing"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A page on the screen. `body` is None while it is not known what stands there."""

    id: str
    body: Body | None


class DiscordOutlet:
    """The place one answer is written to. It works from the message alone, in any process that has the token."""

    limit = LIMIT
    pace = PACE
    rate = RATE

    def __init__(
        self, message: Message, wire: Callable[[], Awaitable[Wire]], acknowledgements: Acknowledgements
    ) -> None:
        self._channel = message.chat.thread or message.chat.id
        self._wire = wire
        self._reply = message.reply_to or message.origin.get("reply")
        self._response = Response(message, wire, acknowledgements)
        self._thinking = True
        self._drawn: dict[int, _Drawn] = {}
        self._latest = 0
        # What may stand there unheard. Discord makes one message of all sends with the same nonce; what the slash
        # command's token has written is looked for instead, among what is later than all that was drawn by then.
        self._nonces: dict[int, str] = {}
        self._unheard: dict[int, int] = {}

    @property
    def gate(self) -> str:
        """The channel or thread; a slash command's response shares it."""
        return f"discord:{self._channel}"

    @property
    def promised(self) -> bool:
        """Whether a slash command shows "… is thinking", and will until it is answered or its token has died."""
        return self._thinking and self._response.open

    def length(self, text: str) -> int:
        """Return the characters of the text, or of what it becomes when it must be shown exactly as written."""
        return max(len(text), len(escaped(text)))

    async def typing(self) -> None:
        """Show "… is typing"; a slash command shows "… is thinking" by itself."""
        if self._response.open:
            return
        with contextlib.suppress(RetryAfter, Gone, Missing, Refused):
            wire = await self._wire()
            await wire.call("POST", TYPING, None, {"channel_id": self._channel})

    async def write(self, page: Page) -> str:
        """Draw a page: the first time as a new message (a slash command's response), then by editing it."""
        if not page.final and not page.text.strip():
            drawn = self._drawn.get(page.number)
            return drawn.id if drawn else ""
        await self._response.acknowledged()
        refusal = Refused("nothing was tried")
        for form in forms(page):
            try:
                return await self._draw(page.number, form)
            except Gone as error:
                if page.files:  # attaching files is a right of its own
                    raise FilesRefused(str(error)) from error
                raise
            except Refused as error:
                log.warning("Discord refused an answer, a plainer one is tried: %s", error)
                refusal = error
        raise refusal

    async def adopt(self, number: int, written: str) -> None:
        """Take a page as drawn already, in the message with this id: writing it redraws that message."""
        self._keep(number, written, None)

    async def done(self) -> None:
        """The turn is over. A slash command that nothing was answered to stops "thinking", if Discord lets it soon."""
        if not self.promised:
            return
        try:
            with contextlib.suppress(Gone, Missing):  # nobody sees it any more
                async with asyncio.timeout(DONE_WITHIN):
                    await self._withdraw()
        except (TimeoutError, RetryAfter, Refused) as error:
            log.warning('a slash command goes on "thinking": %r', error)

    async def _withdraw(self) -> None:
        await self._response.acknowledged()
        if self.promised:
            await self._response.withdraw()

    async def _draw(self, number: int, form: Form) -> str:
        if number not in self._drawn:
            await self._create(number, form)
            if self._drawn[number].body is not None:
                return self._drawn[number].id
        drawn = self._drawn[number]
        if drawn.body == form.body and not form.files:
            return drawn.id
        self._drawn[number] = _Drawn(drawn.id, None)
        try:
            await self._edit(number, drawn.id, form)
        except Missing:
            del self._drawn[number]  # somebody deleted it
            return await self._draw(number, form)
        return drawn.id

    def _keep(self, number: int, written: str, body: Body | None) -> None:
        self._drawn[number] = _Drawn(written, body)
        self._latest = max(self._latest, int(written))
        self._thinking = self._thinking and number != 0
        self._nonces.pop(number, None)
        self._unheard.pop(number, None)

    def _heard(self, number: int, body: Body | None) -> Heard:
        def keep(message: Mapping[str, Any]) -> None:
            self._keep(number, str(message["id"]), body)

        return keep

    async def _create(self, number: int, form: Form) -> None:
        """Write a page as the response, or as a message following it, or into the channel; or find it written."""
        heard, after = self._heard(number, form.body), self._unheard.get(number)
        if self._response.open:
            self._unheard.setdefault(number, self._latest)
        if number == 0 and self._thinking:
            if await self._response.respond(form, heard):
                return
            self._thinking = False
        known = [each.id for each in self._drawn.values()]
        if after is not None and (found := await self._response.landed(after, known)):
            self._keep(number, found, None)
        elif not await self._response.follow(form, heard):
            await self._post(number, form)

    async def _post(self, number: int, form: Form) -> None:
        """Send a page into the channel, the first one as a reply to what was asked."""
        again = number in self._nonces
        nonce = self._nonces.setdefault(number, secrets.token_hex(8))
        sent = Form({**form.body, "nonce": nonce, "enforce_nonce": True}, form.files)
        try:
            # Discord may answer again with what an earlier try has written.
            await self._send(sent, self._heard(number, None if again else form.body), reply=number == 0)
        except Missing as error:
            if not again or error.code != UNKNOWN_MESSAGE:
                raise Gone(str(error)) from error
            del self._nonces[number]  # somebody deleted what that try has written
            await self._post(number, form)
        except (RetryAfter, Refused) as error:
            if not again and not isinstance(error, Unheard):  # then nothing of this page stands there
                self._nonces.pop(number, None)
            raise

    async def _send(self, form: Form, heard: Heard, *, reply: bool) -> None:
        wire, ids = await self._wire(), {"channel_id": self._channel}
        if reply and self._reply:
            reference = {"message_id": self._reply, "fail_if_not_exists": False}
            body = {**form.body, "message_reference": reference}
            with contextlib.suppress(Gone, Refused):  # replying needs the right to read the history
                await wire.call("POST", MESSAGES, body, ids, files=form.files, heard=heard)
                return
        await wire.call("POST", MESSAGES, form.body, ids, files=form.files, heard=heard)

    async def _edit(self, number: int, drawn: str, form: Form) -> None:
        heard = self._heard(number, form.body)
        if await self._response.edit(drawn, form, heard):
            return
        wire, ids = await self._wire(), {"channel_id": self._channel, "message_id": drawn}
        await wire.call("PATCH", MESSAGE, form.body, ids, files=form.files, heard=heard)
