"""Where one answer is written to: a channel, or the response to a slash command while its token lives."""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.contract import Apology, Gone, Page, Rate, RetryAfter
from bot.markup import to_discord
from bot.model import Choice, File, Message
from bot.platforms.discord.escape import escaped, well_formed
from bot.platforms.discord.wire import Heard, Missing, Refused, Unheard, Wire

LIMIT = 2000
PACE = 1.0
RATE = Rate(5, 1.0)
TOKEN_LIVES = 14.5 * 60  # of the 15 minutes, so that a write under way still arrives
BUTTONS_IN_ROW, MOST_BUTTONS, LONGEST_LABEL = 5, 25, 80
ACTION_ROW, BUTTON, SECONDARY = 1, 2, 2
SUPPRESS_EMBEDS = 4
UNKNOWN_MESSAGE = 10008
NOTHING = "\u200b"  # Discord takes no message without a character

MESSAGES, MESSAGE = "/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}"
TYPING = "/channels/{channel_id}/typing"
FOLLOW_UPS = "/webhooks/{webhook_id}/{webhook_token}?wait=true"
RESPONSE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"

Body = Mapping[str, Any]

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

    def __init__(self, message: Message, wire: Callable[[], Awaitable[Wire]]) -> None:
        self._channel = message.chat.thread or message.chat.id
        self._wire = wire
        self._origin = message.origin
        self._drawn: dict[int, _Drawn] = {}
        self._tried: set[int] = set()
        # Discord makes one message of all sends with the same nonce: a send that broke off unheard is not doubled.
        self._nonce = secrets.token_hex(8)
        self._expires = float(message.origin.get("received", 0)) + TOKEN_LIVES if message.origin.get("token") else 0.0

    @property
    def gate(self) -> str:
        """The channel or thread; a slash command's response shares it."""
        return f"discord:{self._channel}"

    @property
    def promised(self) -> bool:
        """Whether a slash command shows "… is thinking", and will until it is answered or its token has died."""
        return self._answering and not self._drawn

    def length(self, text: str) -> int:
        """Return the characters of the text, or of what it becomes when it must be shown exactly as written."""
        return max(len(text), len(escaped(text)))

    async def typing(self) -> None:
        """Show "… is typing"; a slash command shows "… is thinking" by itself."""
        if self._answering:
            return
        with contextlib.suppress(RetryAfter, Gone, Missing, Refused, Apology):
            wire = await self._wire()
            await wire.call("POST", TYPING, None, {"channel_id": self._channel})

    async def write(self, page: Page) -> str:
        """Draw a page: the first time as a new message (a slash command's response), then by editing it."""
        if not page.final and not page.text.strip():
            return self._id(page.number)
        refusal = Refused("nothing was tried")
        for body, files in _forms(page):
            try:
                return await self._draw(page.number, body, files)
            except Refused as error:
                log.warning("Discord refused an answer, a plainer one is tried: %s", error)
                refusal = error
        raise refusal

    async def adopt(self, number: int, written: str) -> None:
        """Take a page as drawn already, in the message with this id: writing it redraws that message."""
        self._drawn[number] = _Drawn(written, None)

    async def done(self) -> None:
        """The turn is over. A slash command that nothing was answered to stops "thinking"."""
        if not self.promised:
            return
        with contextlib.suppress(RetryAfter, Gone, Missing, Refused, Apology):
            wire = await self._wire()
            await wire.call("DELETE", RESPONSE, None, {**self._token, "message_id": "@original"})

    @property
    def _answering(self) -> bool:
        """Whether the slash command's token still lives."""
        return time.time() < self._expires

    def _id(self, number: int) -> str:
        drawn = self._drawn.get(number)
        return drawn.id if drawn else ""

    async def _draw(self, number: int, body: Body, files: Sequence[File]) -> str:
        drawn = self._drawn.get(number)
        if drawn and drawn.body == body and not files:
            return drawn.id
        if drawn is None:
            await self._create(number, body, files)
            return self._id(number)
        self._drawn[number] = _Drawn(drawn.id, None)
        try:
            await self._edit(number, drawn.id, body, files)
        except Missing:
            del self._drawn[number]  # somebody deleted it
            self._tried.discard(number)
            self._nonce = secrets.token_hex(8)
            await self._create(number, body, files, respond=False)
        return self._id(number)

    def _heard(self, number: int, body: Body) -> Heard:
        def keep(message: Mapping[str, Any]) -> None:
            self._drawn[number] = _Drawn(str(message["id"]), body)

        return keep

    async def _create(self, number: int, body: Body, files: Sequence[File], *, respond: bool = True) -> None:
        if self._answering:
            try:
                return await self._answer(number, body, files, respond=respond and number == 0)
            except (Missing, Gone) as error:
                if respond and _unknown_message(error):
                    return await self._create(number, body, files, respond=False)
                self._expires = 0.0  # the token is dead; the channel may be open
        await self._post(number, body, files)
        return None

    async def _answer(self, number: int, body: Body, files: Sequence[File], *, respond: bool) -> None:
        """Write a page as the response to the slash command, or as a message following it."""
        wire, heard = await self._wire(), self._heard(number, body)
        if respond:
            ids = {**self._token, "message_id": "@original"}
            await wire.call("PATCH", RESPONSE, dict(body), ids, files=files, heard=heard)
        else:
            await wire.call("POST", FOLLOW_UPS, dict(body), self._token, files=files, heard=heard)

    async def _post(self, number: int, body: Body, files: Sequence[File]) -> None:
        """Send a page into the channel, the first one as a reply to what was asked."""
        again = number in self._tried
        self._tried.add(number)
        sent = {**body, "nonce": f"{self._nonce}:{number}", "enforce_nonce": True}
        if number == 0 and self._origin.get("reply"):
            reference = {"message_id": self._origin["reply"], "fail_if_not_exists": False}
            try:
                await self._send(number, {**sent, "message_reference": reference}, body, files, unheard=again)
            except (Gone, Refused):  # replying needs the right to read the history
                await self._send(number, sent, body, files, unheard=again)
        else:
            await self._send(number, sent, body, files, unheard=again)
        if again:
            # Discord may have answered with what an earlier try has written.
            self._drawn[number] = _Drawn(self._id(number), None)
            await self._edit(number, self._id(number), body, files)

    async def _send(self, number: int, sent: Body, body: Body, files: Sequence[File], *, unheard: bool) -> None:
        """Send a page. `unheard`: an earlier try may have done so; what becomes of this one does not change that."""
        wire, heard = await self._wire(), self._heard(number, body)
        try:
            await wire.call("POST", MESSAGES, dict(sent), {"channel_id": self._channel}, files=files, heard=heard)
        except Missing as error:
            raise Gone(str(error)) from error
        except RetryAfter as error:
            if not (unheard or isinstance(error, Unheard)):
                self._tried.discard(number)
            raise

    async def _edit(self, number: int, drawn: str, body: Body, files: Sequence[File]) -> None:
        wire, heard = await self._wire(), self._heard(number, body)
        if self._answering:
            ids = {**self._token, "message_id": drawn}
            try:
                await wire.call("PATCH", RESPONSE, dict(body), ids, files=files, heard=heard)
            except (Missing, Gone) as error:
                if _unknown_message(error):
                    raise
                self._expires = 0.0
            else:
                return
        ids = {"channel_id": self._channel, "message_id": drawn}
        await wire.call("PATCH", MESSAGE, dict(body), ids, files=files, heard=heard)

    @property
    def _token(self) -> dict[str, str]:
        return {"webhook_id": self._origin["application"], "webhook_token": self._origin["token"]}


def _unknown_message(error: Exception) -> bool:
    return isinstance(error, Missing) and error.code == UNKNOWN_MESSAGE


def _forms(page: Page) -> list[tuple[Body, Sequence[File]]]:
    """Return what a page may be written as, the plainest last: a refused format, file or button costs no words."""
    plain = well_formed(escaped(page.text))
    formatted = well_formed(to_discord(page.text)) if page.markdown else plain
    if len(formatted) > LIMIT or not formatted.strip():
        formatted = plain
    bare = replace(page, choices=(), files=())
    forms: list[tuple[Body, Sequence[File]]] = [(_body(formatted, page), page.files), (_body(plain, page), page.files)]
    forms.append((_body(plain, bare), ()))
    return [form for number, form in enumerate(forms) if form not in forms[:number]]


def _body(content: str, page: Page) -> Body:
    """Return what every write carries: nobody is pinged, nothing is previewed."""
    return {
        "content": content if content.strip() or page.files else NOTHING,
        "components": _rows(page.choices),
        "allowed_mentions": {"parse": [], "replied_user": False},
        "flags": SUPPRESS_EMBEDS,
    }


def _rows(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    """Return buttons as plain data: pressing one comes back as its data, whichever process is there by then."""
    different = {each.data: each.label for each in choices}  # Discord refuses the whole message for a double
    buttons = [
        {"type": BUTTON, "style": SECONDARY, "label": _label(label), "custom_id": data}
        for data, label in list(different.items())[:MOST_BUTTONS]
    ]
    return [
        {"type": ACTION_ROW, "components": buttons[start : start + BUTTONS_IN_ROW]}
        for start in range(0, len(buttons), BUTTONS_IN_ROW)
    ]


def _label(text: str) -> str:
    text = well_formed(text).strip() or "…"
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"
