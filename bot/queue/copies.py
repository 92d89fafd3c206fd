"""What this process has taken over and not seen answered: it answers from here when Redis is away or was emptied."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

from bot.domain.message import Conversation, Message
from bot.queue.letters import Letter


@dataclass(slots=True)
class Copy:
    """A message, and whether Redis has it too: `no`, `perhaps` (it was sent, and there was no answer) or `yes`.

    `ours`: this process holds the conversation, or did when that was last known. Others are answered by whoever holds
    it, and may be by now. `most`: how many questions may wait before it, until it is taken over; `answer`: what Redis
    answered to it.
    """

    message: Message
    most: int = 0
    answer: int | None = None
    kept: Literal["no", "perhaps", "yes"] = "no"
    ours: bool = False


class Copies:
    """Messages by conversation, in the order in which they came, and those whose end Redis has not been told of."""

    def __init__(self) -> None:
        self._waiting: dict[Conversation, dict[str, Copy]] = {}
        # Of those, the conversations that another process was last known to hold.
        self._elsewhere: set[Conversation] = set()
        # Answered, but Redis went away before they could be taken out of their mailbox.
        self.answered: dict[str, Conversation] = {}

    def add(self, where: Conversation, line: str, message: Message, most: int) -> Copy:
        """Keep a message."""
        copy = self._waiting.setdefault(where, {})[line] = Copy(message, most)
        return copy

    def unsure(self, where: Conversation) -> dict[str, Copy]:
        """Return the messages of a conversation, the oldest first, that Redis is not known to have."""
        return {line: copy for line, copy in self._waiting.get(where, {}).items() if copy.kept != "yes"}

    def meanwhile(self, where: Conversation) -> Letter | None:
        """Return the oldest message that this process answers while Redis is away: none that lies there for another."""
        surely = ("no",) if where in self._elsewhere else ("no", "perhaps")
        for line, copy in self._waiting.get(where, {}).items():
            if copy.ours or copy.kept in surely:
                return Letter(copy.message, line)
        return None

    def reached(self, where: Conversation, line: str) -> None:
        """Note that this process holds a conversation, and this is its oldest message: what came before is answered."""
        self._elsewhere.discard(where)
        waiting = self._waiting.get(where, {})
        if line not in waiting:
            return
        for earlier in tuple(itertools.takewhile(lambda each: each != line, waiting)):
            if waiting[earlier].kept == "yes":
                del waiting[earlier]
        for copy in waiting.values():
            copy.ours = True

    def disown(self, where: Conversation) -> None:
        """Note that another process holds a conversation."""
        if where in self._waiting:
            self._elsewhere.add(where)
        for copy in self._waiting.get(where, {}).values():
            copy.ours = False

    def elsewhere(self, where: Conversation) -> bool:
        """Return whether another process was last known to hold a conversation."""
        return where in self._elsewhere

    def of(self, where: Conversation, line: str) -> Copy | None:
        """Return what is kept of a message."""
        return self._waiting.get(where, {}).get(line)

    def has(self, where: Conversation, line: str) -> bool:
        """Return whether a message is kept."""
        return line in self._waiting.get(where, ())

    def first(self, where: Conversation) -> tuple[str, Copy] | None:
        """Return the oldest message of a conversation."""
        return next(iter(self._waiting.get(where, {}).items()), None)

    def drop(self, where: Conversation, line: str) -> bool:
        """Forget a message. Return whether Redis may still have it."""
        waiting = self._waiting.get(where, {})
        copy = waiting.pop(line, None)
        if not waiting:
            self.clear(where)
        return copy is None or copy.kept != "no"

    def may_come_late(self, where: Conversation, line: str) -> bool:
        """Return whether a message was sent to Redis without an answer, so that it may still be on its way."""
        copy = self.of(where, line)
        return line in self.answered or (copy is not None and copy.kept == "perhaps")

    def clear(self, where: Conversation) -> tuple[str, ...]:
        """Forget all messages of a conversation, and return their lines."""
        self._elsewhere.discard(where)
        return tuple(self._waiting.pop(where, ()))

    def places(self) -> tuple[Conversation, ...]:
        """Return the conversations of which something is kept."""
        return tuple(self._waiting)
