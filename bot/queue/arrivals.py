"""What has arrived in this process: the same update delivered twice is answered once, also while Redis is away."""

from __future__ import annotations

from collections import OrderedDict

from bot.domain.message import Message

NEAR = 10_000


class Arrivals:
    """The latest updates of this process. Those of all processes, and of before a restart, are the mailbox's."""

    def __init__(self) -> None:
        self._near: OrderedDict[tuple[str, str], None] = OrderedDict()

    def first(self, message: Message) -> bool:
        """Note that a message arrived. Return whether this is the first time."""
        update = (message.platform, message.update)
        if update in self._near:
            return False
        self._near[update] = None
        if len(self._near) > NEAR:
            self._near.popitem(last=False)
        return True

    def forget(self, message: Message) -> None:
        """Forget that a message arrived: it could not be taken over, and will come again."""
        self._near.pop((message.platform, message.update), None)
