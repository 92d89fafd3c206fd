"""Discord is told that an interaction was received, which it wants to know within 3 s."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.domain.errors import Gone, RetryAfter
from bot.platforms.discord.rest import Missing, Refused, Wire

DEFER_ANSWER, DEFER_UPDATE = 5, 6
DEFERRED = {
    discord.InteractionType.application_command: DEFER_ANSWER,
    discord.InteractionType.component: DEFER_UPDATE,
}
ACKNOWLEDGE_WITHIN = 3.0
ALREADY_ACKNOWLEDGED = 40060
# So many interactions are remembered that Discord has taken, or given up: more than are heard before one is answered.
MOST_KNOWN = 1000
CALLBACK = "/interactions/{webhook_id}/{webhook_token}/callback"

log = logging.getLogger(__name__)


class Acknowledgements:
    """Those under way, and those that Discord did not take.

    An interaction is handed over while it is acknowledged, so that it is not lost meanwhile. What is written by its
    token before Discord has the acknowledgement would be refused: whoever answers waits for it.
    """

    def __init__(self, wire: Callable[[], Awaitable[Wire]]) -> None:
        self._wire = wire
        self._pending: dict[str, asyncio.Event] = {}
        self._taken: deque[str] = deque(maxlen=MOST_KNOWN)
        self._refused: deque[str] = deque(maxlen=MOST_KNOWN)

    async def give(self, interaction: discord.Interaction[Any]) -> None:
        """Acknowledge an interaction, or log that Discord did not take it in time."""
        identity = str(interaction.id)
        if identity in self._pending or identity in self._taken:  # a session that is resumed tells some things twice
            return
        over = self._pending[identity] = asyncio.Event()
        try:
            async with asyncio.timeout(ACKNOWLEDGE_WITHIN):
                await self._tell(interaction)
            self._taken.append(identity)
        except (TimeoutError, RetryAfter, Gone, Missing, Refused) as error:
            if not isinstance(error, TimeoutError | RetryAfter):  # these leave open whether it was taken
                self._refused.append(identity)
            log.warning("Discord did not take the acknowledgement of an interaction: %r", error)
        finally:
            del self._pending[identity]
            over.set()

    async def taken(self, interaction: str) -> bool:
        """Wait until an interaction is acknowledged. Return False where Discord has given it up."""
        if over := self._pending.get(interaction):
            await over.wait()
        return interaction not in self._refused

    async def _tell(self, interaction: discord.Interaction[Any]) -> None:
        ids = {"webhook_id": str(interaction.id), "webhook_token": interaction.token}
        wire = await self._wire()
        try:
            await wire.call("POST", CALLBACK, {"type": DEFERRED[interaction.type]}, ids)
        except Refused as error:
            # discord.py repeats what the server has failed at, which may have been done.
            if error.code != ALREADY_ACKNOWLEDGED:
                raise
