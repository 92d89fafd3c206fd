"""An answer is written only by who may give it, and a leave to do so does not keep."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

from bot.contract import Page, Services, Superseded
from bot.delivery.witness import Witness
from bot.mailbox.letters import lock_key, shown_key
from bot.mailbox.mailbox import Mailbox
from bot.model import Conversation, Source
from bot.replicas.replica import Replica
from bot.store import Store, make_client
from tests.edge import Edge
from tests.people import said
from tests.servers.proxy import Proxy

SLOW = 0.3


async def test_who_hears_late_that_it_may_write_asks_again(services: Services, redis_url: str) -> None:
    message, edge = said("one"), Edge()
    where = message.conversation
    async with Proxy(Path(redis_url.removeprefix("unix://"))) as line:
        store = Store(make_client(line.url), "test")
        slow = Mailbox(store, Replica("here", uuid.uuid4().hex))
        await slow.accept(message, where)
        letter = await slow.take(where)
        assert letter
        line.delay = (SLOW, SLOW)
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(superseded(Witness(edge.outlet(message), slow, where, letter, stale=SLOW)))
            await taken_over(services.store, where)
        await store.close()
    assert writing.result()
    assert not edge.screen.pages


async def superseded(witness: Witness) -> bool:
    """Write a page; return whether another process answers."""
    try:
        await witness.write(Page(0, "words", final=True, source=Source("rule")))
    except Superseded:
        return True
    return False


async def taken_over(store: Store, where: Conversation) -> None:
    """Let another process take a conversation as soon as the first has leave to write, of which it hears later."""
    while not await store.client.hexists(shown_key(where), "begun"):
        continue
    await store.client.delete(lock_key(where))  # as of a dead process
    assert await Mailbox(store, Replica("there", uuid.uuid4().hex)).take(where)
