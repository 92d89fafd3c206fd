"""What becomes of one update: a message is handed over, a press confirmed, a move told, a membership noted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
import telegram

from bot.command import Commands
from bot.contract import Receive
from bot.platforms.telegram.account import Account, hash_of
from bot.platforms.telegram.events import Listener, message_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ears:
    """Takes updates in order. `courtesies` runs what nobody waits for."""

    account: Account
    commands: Commands
    receive: Receive
    courtesies: asyncio.TaskGroup

    async def take(self, update: telegram.Update) -> None:
        """Take one update over. Telegram may be told that it was received when this returns."""
        if update.my_chat_member:
            _note(update.my_chat_member)
        if update.callback_query:
            self.courtesies.create_task(self._confirm(update.callback_query))
        if update.message and await self._moved(update.message):
            return
        me = self.account.bot.bot
        message = message_of(update, Listener(me.id, me.username or "", self.commands))
        if message:
            await self.receive(message)

    async def _moved(self, said: telegram.Message) -> bool:
        """Return whether this is the notice that a group has become a supergroup: one is sent in each of the two."""
        here = str(said.chat.id)
        if said.migrate_to_chat_id:
            await self.account.move(here, str(said.migrate_to_chat_id))
        elif said.migrate_from_chat_id:
            await self.account.move(str(said.migrate_from_chat_id), here)
        else:
            return False
        return True

    async def _confirm(self, query: telegram.CallbackQuery) -> None:
        """End the waiting sign on a pressed button."""
        try:
            await self.account.bot.answer_callback_query(query.id)
        except Exception as error:  # noqa: BLE001 — a courtesy that fails (too old, network) must not end the listening
            log.debug("telegram took no confirmation of a press", reason=type(error).__name__)


def _note(change: telegram.ChatMemberUpdated) -> None:
    log.info(
        "the bot's place in a chat changed",
        chat=hash_of(change.chat.id),
        kind=change.chat.type,
        before=change.old_chat_member.status,
        now=change.new_chat_member.status,
    )
