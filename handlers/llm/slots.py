"""Who may ask the model now: so many at once, the others in the order they came."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Self


class Slots:
    """A queue before a number of slots."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._queue: deque[Ticket] = deque()

    def __len__(self) -> int:
        return len(self._queue)

    def enter(self) -> Ticket:
        """Join the queue. The ticket is used as `with`: leaving it gives back the slot, or the place in the queue."""
        ticket = Ticket(self)
        if self._free:
            self._free -= 1
            ticket.granted.set_result(None)
        else:
            self._queue.append(ticket)
        return ticket

    def place(self, ticket: Ticket) -> int:
        """Return how many will be served up to and including this ticket; 0 when it has its slot."""
        return 0 if ticket.granted.done() else self._queue.index(ticket) + 1

    def leave(self, ticket: Ticket) -> None:
        """Give back a slot to the first who waits, or leave the queue."""
        if not ticket.granted.done():
            self._queue.remove(ticket)
        elif self._queue:
            self._queue.popleft().granted.set_result(None)
        else:
            self._free += 1


class Ticket:
    """A place in the queue, and then a slot. To be left exactly once."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self.granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def place(self) -> int:
        """How many will be served up to and including this one; 0 with a slot."""
        return self._slots.place(self)

    async def wait(self, seconds: float) -> bool:
        """Wait at most so long for the slot; return whether it is there."""
        await asyncio.wait((self.granted,), timeout=seconds)
        return self.granted.done()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._slots.leave(self)
