"""What has arrived already: the same update delivered twice is answered once, also after a restart."""

from __future__ import annotations

from collections import OrderedDict
from urllib.parse import quote

from bot.model import Message
from bot.options import chat_key
from bot.store import Store, key

KEPT_SECONDS = 2 * 86_400
NEAR = 10_000


class Arrivals:
    """The updates of the last two days; with Redis away, the latest ten thousand of this process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._near: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def first(self, message: Message) -> bool:
        """Note that a message arrived. Return whether this is the first time."""
        update = (message.platform, message.update)
        if update in self._near:
            return False
        self._near[update] = None
        if len(self._near) > NEAR:
            self._near.popitem(last=False)
        slot = key("seen", quote(message.update, safe=""), tag=chat_key(message.platform, message.chat.id))
        return bool(
            await self._store.attempt(lambda: self._store.client.set(slot, 1, nx=True, ex=KEPT_SECONDS), default=True)
        )
