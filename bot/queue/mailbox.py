"""What has arrived and is not answered yet: one mailbox a conversation, in Redis, drained by one process at a time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.domain.concurrency import for_each
from bot.domain.encoding import line_of
from bot.domain.message import Conversation, Message
from bot.queue import letters, lock
from bot.queue.copies import Copies, Copy
from bot.queue.finished import Finished
from bot.queue.leftovers import left_behind
from bot.queue.letters import OPEN, Drawn, Letter, lock_key, mail_key, seen_key, shown_key
from bot.queue.replica import REUNION_SECONDS, Replica, tell, told
from bot.storage.connection import Command
from bot.storage.person_index import member
from bot.storage.store import Store

log = structlog.get_logger(__name__)

SEEN_SECONDS = 2 * 86_400
KEPT_SECONDS = 2 * 86_400
EXTEND_SECONDS = 10.0
TOGETHER = 500


class Mailbox:
    """The mailboxes of all conversations, and the locks by which one process at a time drains one."""

    def __init__(self, store: Store, replica: Replica) -> None:
        self._store = store
        self._replica = replica
        self._copies = Copies()
        self._finished = Finished()
        self._current: dict[Conversation, str] = {}
        # What was taken when it was accepted, until `take` hands it out.
        self._at_hand: dict[Conversation, str] = {}
        # Only one at a time puts messages of a conversation into Redis; a lock is gone when nobody does.
        self._orders: WeakValueDictionary[Conversation, asyncio.Lock] = WeakValueDictionary()

    async def accept(self, message: Message, where: Conversation, most: int = 0) -> int:
        """Keep a message until it is answered, unless so many questions wait (`FULL`, `FULL_AGAIN`; 0: any number).

        0: it was accepted before. With Redis away it is kept here alone, however many wait.
        """
        line = message.dump()
        copy = self._copies.add(where, line, message, most)
        await self._keep(where)
        copy.most = 0
        if copy.answer in (0, letters.FULL, letters.FULL_AGAIN):
            self._copies.drop(where, line)
        return 1 if copy.answer is None else copy.answer

    async def _keep(self, where: Conversation) -> None:
        """Put into Redis what it is not known to have, in its order."""
        order = self._orders.setdefault(where, asyncio.Lock())
        async with order:
            unsure = self._copies.unsure(where)
            if self._copies.elsewhere(where):
                # Who holds the conversation would take what is being answered here from memory.
                unsure.pop(self._current.get(where, ""), None)
            await self._keep_in_order(where, unsure)

    async def _keep_in_order(self, where: Conversation, unsure: dict[str, Copy]) -> None:
        if not unsure or self._store.rests(mail_key(where)):
            return  # nothing of it would be sent: it is certain that Redis has not got it
        kept: list[Command] = [("ZADD", OPEN, time.time(), member(where))]
        for line, copy in unsure.items():
            copy.kept = "perhaps"
            keys = seen_key(where, copy.message.update), mail_key(where), lock_key(where), shown_key(where)
            bounds = SEEN_SECONDS, KEPT_SECONDS, self._replica.boot, letters.TAKEN_MILLISECONDS
            kept.append(("EVAL", letters.ACCEPT, 4, *keys, line, *bounds, copy.most))
        _, *answers = await self._store.send(*kept) or (0,)
        accepted = dict(zip(unsure, answers, strict=False))
        for line, answer in accepted.items():
            unsure[line].kept, unsure[line].answer = "yes", answer
            if answer == letters.TAKEN:
                self._at_hand[where] = line
            unsure[line].ours = where in self._current or where in self._at_hand
            if not self._copies.has(where, line):  # answered while it was on its way there
                self._copies.answered[line] = where

    @asynccontextmanager
    async def held(self, where: Conversation) -> AsyncIterator[None]:
        """Let a conversation go when it is answered no more, also after a sudden end of that.

        `take` takes its lock, `extend` extends it, and the last `finish` lets it go.
        """
        try:
            yield
        finally:
            if self._current.pop(where, None):
                await lock.release(self._store, where, self._replica.boot)

    async def extend(self) -> None:
        """Keep all conversations that are answered here; to be called every `EXTEND_SECONDS`."""
        await for_each(tuple(self._current), lambda where: lock.extend(self._store, where, self._replica.boot))

    async def take(self, where: Conversation) -> Letter | None:
        """Return the oldest message of a conversation that is not answered yet; it stays there until `finish`."""
        line = self._at_hand.pop(where, "")
        if copy := self._copies.of(where, line):
            self._current[where] = line
            return Letter(copy.message, line)
        while True:
            values = self._replica.boot, KEPT_SECONDS, letters.TAKEN_MILLISECONDS
            found = await self._eval(letters.TAKE, self._keys(where), *values, default=None)
            try:
                letter = await self._letter(where, found)
            except (ValueError, KeyError, TypeError):
                log.exception("a message that cannot be read is left out", conversation=where.hash)
                await self._finish(where, found[1])
                continue
            if letter is None or (letter.line not in self._copies.answered and letter.line not in self._finished):
                break
            await self._finish(where, letter.line)
        if letter:
            self._current[where] = letter.line
        else:
            self._current.pop(where, None)
        return letter

    async def _letter(self, where: Conversation, found: Any) -> Letter | None:
        match found:
            case ["letter", line, fields]:
                self._copies.reached(where, line)
                return letters.opened(line, fields)
            case ["taken"]:
                self._copies.disown(where)
                return None
            case None:
                return self._copies.meanwhile(where)
            case _:
                return await self._copy_forgotten(where)

    async def _copy_forgotten(self, where: Conversation) -> Letter | None:
        """Return what this process knows alone: Redis answers, and has nothing (any more)."""
        while first := self._copies.first(where):
            line, copy = first
            if copy.kept != "yes":
                return None  # it is, or soon will be, on its way there, and found when it has arrived
            seen = seen_key(where, copy.message.update)
            known = await self._eval(letters.KNOWN, (seen,), default=None)
            if known is None:
                return None  # asked again
            if not known:
                return Letter(copy.message, line)
            self._copies.drop(where, line)  # another process has answered it
        return None

    async def begin(self, where: Conversation, letter: Letter) -> bool:
        """Note that something of the answer to a message is about to be shown. False: another process took it over.

        For a while then none does (`LEAVE_SECONDS`), so that whoever has leave need not ask for each request anew.
        """
        keys = (*self._keys(where), seen_key(where, letter.message.update))
        values = self._replica.boot, letter.line, letters.GIVEN_MILLISECONDS
        return bool(await self._eval(letters.BEGIN, keys, *values, default=1))

    async def note(self, where: Conversation, number: int, drawn: Drawn) -> None:
        """Note what is drawn of a page, so that nobody begins it anew."""
        page = line_of(drawn)
        keys = lock_key(where), shown_key(where)
        await self._eval(letters.NOTE, keys, self._replica.boot, f"page:{number}", page, default=0)

    async def put_back(self, where: Conversation, letter: Letter, *, begun: bool) -> bool:
        """Let a message lie there as if this process had never taken it, but for what may be seen of its answer.

        Returns False where it does not lie in Redis, so that nobody else could answer it.
        """
        values = self._replica.boot, letter.line, int(begun)
        return bool(await self._eval(letters.PUT_BACK, self._keys(where), *values, default=0))

    async def finish(self, where: Conversation, line: str, *writes: Command) -> None:
        """Take the message that was answered out of its mailbox, in one round trip with other writes.

        The last one lets the conversation go: `drained` is true then.
        """
        if await self._finish(where, line, *writes, letting_go=True) == 0:
            self._current.pop(where, None)

    def drained(self, where: Conversation) -> bool:
        """Return whether the last `finish` left nothing to take."""
        return where not in self._current and self._copies.first(where) is None

    async def _finish(self, where: Conversation, line: str, *writes: Command, letting_go: bool = False) -> int | None:
        """Return how many messages wait then; None where Redis is away."""
        # An acceptance under way may arrive after this: then it must be known, or it would be answered again.
        late = letters.update_of(line) if self._copies.may_come_late(where, line) else None
        known = [] if late is None else [("SET", seen_key(where, late), "1", "NX", "EX", SEEN_SECONDS)]
        kept = self._copies.drop(where, line)
        self._finished.add(line)
        finish = "EVAL", letters.FINISH, 3, *self._keys(where), self._replica.boot, line, int(letting_go)
        answers = await self._store.send(*writes, *known, finish)
        if answers:
            self._copies.answered.pop(line, None)
        elif kept:
            self._copies.answered[line] = where
        return int(answers[-1]) if answers else None

    async def stop(self, where: Conversation) -> int:
        """Forget what waits in a conversation, and have the answer under way stopped. Return how many they were."""
        here = self._copies.clear(where)
        found = await self._eval(letters.STOP, self._keys(where), KEPT_SECONDS, default=None)
        if found is None:
            self._copies.answered.update(dict.fromkeys(here, where))
        waiting, holder, line = found or (0, "", "")
        if holder and holder != self._replica.boot:
            await tell(self._store, holder, line_of({"where": where, "line": line}))
        return max(len(here), int(waiting))

    async def stopped_elsewhere(self) -> list[Conversation]:
        """Return the conversations whose answer under way here was stopped by a word to another process."""
        notes = [json.loads(each) for each in await told(self._store, self._replica.boot)]
        asked = [(Conversation(**each["where"]), each["line"]) for each in notes]
        return [where for where, line in asked if self._current.get(where) == line]

    async def waiting(self, where: Conversation) -> bool:
        """Return whether a conversation has unanswered messages."""
        return bool(await self._store.ask("LLEN", mail_key(where), default=0))

    async def left_behind(self, busy: Container[Conversation]) -> list[Conversation]:
        """Return the conversations with mail that nobody alive is answering; let go of dead processes' locks.

        Those that this process is `busy` with are not looked at.
        """
        if not self._store.resting:
            await self._tell()
            await for_each([where for where in self._copies.places() if self._copies.unsure(where)], self._keep)
        alone = [where for where in self._copies.places() if where not in busy]
        if self._store.seconds_back() < REUNION_SECONDS:
            return alone
        left = await left_behind(self._store, self._replica.boot, busy)
        return list(dict.fromkeys([*alone, *left]))

    async def _tell(self) -> None:
        """Tell Redis what was answered while it was away, until it is away again: after a long time that is much."""
        untold = tuple(self._copies.answered.items())
        for start in range(0, len(untold), TOGETHER):
            if self._store.resting:
                return
            await for_each(untold[start : start + TOGETHER], lambda told: self._finish(told[1], told[0]))

    def _keys(self, where: Conversation) -> tuple[str, str, str]:
        return lock_key(where), mail_key(where), shown_key(where)

    async def _eval(self, script: str, keys: tuple[str, ...], *values: str | int, default: Any) -> Any:
        return await self._store.ask("EVAL", script, len(keys), *keys, *values, default=default)
