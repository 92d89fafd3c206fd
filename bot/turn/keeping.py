"""How a message of a mailbox is kept until it is answered, also when the process that answers it is told to end."""

from __future__ import annotations

import functools

from bot.delivery.journal import JournaledOutlet
from bot.queue.mailbox import Mailbox
from bot.storage.store import Store
from bot.turn.outcome import Keep
from bot.turn.scheduler import Scheduler


def keeping(outlet: JournaledOutlet, mailbox: Mailbox, turns: Scheduler, store: Store) -> Keep:
    """Return how: an answer that ends with the process stays for the next one, which gives it anew or marks it.

    What nobody else could give, since Redis is away, is ended here by a word about it.
    """

    async def leave() -> bool:
        if not turns.ending or outlet.over:
            return False
        return await mailbox.put_back(outlet.where, outlet.letter, begun=outlet.begun)

    def parting(begun: bool) -> str:  # noqa: FBT001 — a callable's argument has no name
        if not turns.ending:
            return "core.stopped"
        if begun:
            return "core.restarted"
        return "core.shutting_down" if store.is_away() else ""

    return Keep(functools.partial(mailbox.finish, outlet.where, outlet.letter.line), leave, parting)
