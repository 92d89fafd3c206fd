"""What becomes of one update: a message is handed over, a press confirmed, a move told, a membership noted."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

import structlog

from bot.contract import Receive
from bot.domain.command import Commands
from bot.domain.message import Message
from bot.platforms.telegram.client import Account, hash_of
from bot.platforms.telegram.events import Listener, message_of
from bot.platforms.telegram.text import Json

log = structlog.get_logger(__name__)

# So many of the latest albums are known by the first of their pictures.
ALBUMS = 100


class NotUnderstoodError(ValueError):
    """An update is not what the Bot API describes; brought again it would be no better."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Takes updates in order. `courtesies` runs what nobody waits for."""

    account: Account
    commands: Commands
    receive: Receive
    courtesies: asyncio.TaskGroup
    _albums: deque[str] = field(default_factory=lambda: deque(maxlen=ALBUMS))

    async def take(self, update: Json) -> None:
        """Take one update over. Telegram may be told that it was received when this returns.

        Raises:
            NotUnderstoodError: There is nothing that could be taken over.
        """
        try:
            moved, message = _move_of(update.get("message") or {}), self._heard(update)
            pressed = update["callback_query"]["id"] if "callback_query" in update else ""
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise NotUnderstoodError from error
        if pressed:
            self.courtesies.create_task(self._confirm(pressed))
        if moved:
            await self.account.move(*moved)
        elif message:
            await self.receive(message)

    def _heard(self, update: Json) -> Message | None:
        if change := update.get("my_chat_member"):
            _note(change)
        if self._is_more_of_an_album(update.get("message") or {}):
            return None
        me = self.account.bot.bot
        return message_of(update, Listener(me.id, me.username or "", self.commands))

    def _is_more_of_an_album(self, said: Json) -> bool:
        """Return whether this is a further picture of an album: its words, if any, came with the first."""
        album = said.get("media_group_id")
        if album is None:
            return False
        further = album in self._albums
        self._albums.append(album)
        return further and not said.get("caption")

    async def _confirm(self, query: str) -> None:
        """End the waiting sign on a pressed button."""
        try:
            await self.account.bot.answer_callback_query(query)
        except Exception as error:  # noqa: BLE001 — a courtesy that fails (too old, network) must not end the listening
            log.debug("telegram took no confirmation of a press", reason=type(error).__name__)


def _move_of(said: Json) -> tuple[str, str] | None:
    """Return the old and the new id of a group that has become a supergroup: a notice is sent in each of the two."""
    if to := said.get("migrate_to_chat_id"):
        return str(said["chat"]["id"]), str(to)
    if before := said.get("migrate_from_chat_id"):
        return str(before), str(said["chat"]["id"])
    return None


def _note(change: Json) -> None:
    log.info(
        "the bot's place in a chat changed",
        chat=hash_of(change["chat"]["id"]),
        kind=change["chat"]["type"],
        before=change["old_chat_member"]["status"],
        now=change["new_chat_member"]["status"],
    )
