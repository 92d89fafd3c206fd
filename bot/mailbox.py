"""What has arrived and is not answered yet: one mailbox a conversation, in Redis, drained by one process at a time."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal
from urllib.parse import quote

import structlog
from redis.exceptions import LockError

from bot.model import Conversation, Message
from bot.replica import Replica, is_alive
from bot.store import Store, Write, key

log = structlog.get_logger(__name__)

SEEN_SECONDS = 2 * 86_400
KEPT_SECONDS = 2 * 86_400
LOCK_SECONDS = 30.0
EXTEND_SECONDS = 5.0
# A conversation leaves the list of those with mail when its mailbox has been empty for so long.
SETTLED_SECONDS = 5.0
OPEN = key("open", tag="mailboxes")

# The same update is accepted once. Where nothing waits before it and nobody holds the conversation, it is held and
# taken at once: what mostly happens costs one round trip.
ACCEPT = """
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[2]) then return 'again' end
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[3])
if redis.call('LLEN', KEYS[2]) > 1 then return 'new' end
if not redis.call('SET', KEYS[4], ARGV[4], 'NX', 'PX', ARGV[5]) then return 'new' end
redis.call('HSET', KEYS[3], 'attempts', 1)
redis.call('EXPIRE', KEYS[3], ARGV[3])
return 'held'
"""
# Takes an answered message out. Where nothing waits behind it, the conversation is let go in the same instant, so that
# nobody who comes then finds it held and relies on us.
FINISH = """
if ARGV[1] ~= '' then
  redis.call('LREM', KEYS[1], 1, ARGV[1])
  redis.call('DEL', KEYS[2])
end
local waiting = redis.call('LLEN', KEYS[1])
if waiting == 0 and redis.call('GET', KEYS[3]) == ARGV[2] then redis.call('DEL', KEYS[3]) end
return waiting
"""
# The oldest message, how often it was taken (this time included), and what was shown of its answer.
TAKE = """
local head = redis.call('LINDEX', KEYS[1], 0)
if not head then return false end
redis.call('HINCRBY', KEYS[2], 'attempts', 1)
redis.call('EXPIRE', KEYS[2], ARGV[1])
return {head, redis.call('HGETALL', KEYS[2])}
"""
# Only who holds the conversation may begin to show an answer.
BEGIN = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], 'begun', '1')
return 1
"""
# A lock left behind by a dead process is let go, unless somebody holds it by now.
BREAK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
# Nothing was accepted there since we looked.
SETTLE = """
local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
if at and tonumber(at) == tonumber(ARGV[2]) then return redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
"""

Acceptance = Literal["held", "new", "again", "unkept"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as it was last drawn, and the platform's id of it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message taken from a mailbox.

    Attributes:
        line: The message as it lies there.
        attempts: How often it was taken, this time included.
        begun: An earlier process began to show its answer.
        pages: What that process noted as drawn, by page number.
    """

    message: Message
    line: str
    attempts: int = 1
    begun: bool = False
    pages: dict[int, Drawn] = field(default_factory=dict)


class Mailbox:
    """The mailboxes of all conversations, and the locks by which one process at a time drains one."""

    def __init__(self, store: Store, replica: Replica) -> None:
        self._store = store
        self._replica = replica
        # Answered, but Redis went away before they could be taken out.
        self._answered: set[str] = set()
        # Since when each conversation is held, in monotonic seconds.
        self._holding: dict[Conversation, float] = {}

    async def accept(self, message: Message, where: Conversation) -> tuple[Acceptance, Letter]:
        """Keep a message until it is answered.

        Returns:
            `held` when its turn is now, and this process holds the conversation for it; `new` when others come first;
            `again` when it was accepted before; `unkept` when Redis is away. And the message as it lies in the mailbox.
        """
        line = message.dump()
        keys = key("seen", quote(message.update, safe=""), tag=where.key), _mail_key(where), _shown_key(where)
        bounds = SEEN_SECONDS, KEPT_SECONDS, self._replica.boot, round(LOCK_SECONDS * 1000)

        def write(pipeline: Any) -> None:
            pipeline.zadd(OPEN, {_member(where): time.time()})
            pipeline.eval(ACCEPT, 4, *keys, _lock_key(where), line, *bounds)

        results = await self._store.write(write)
        accepted: Acceptance = results[-1] if results else "unkept"
        if accepted == "held":
            self._holding[where] = time.monotonic()
        return accepted, Letter(message, line)

    @asynccontextmanager
    async def held(self, where: Conversation) -> AsyncIterator[bool]:
        """Hold a conversation while its mail is answered. False: another process does, and will find all of it."""
        if where not in self._holding and not await self._acquired(where):
            yield False
            return
        try:
            yield True
        finally:
            if self._holding.pop(where, None):
                await self._store.attempt(lambda: _released(self._lock(where)), default=False)

    async def _acquired(self, where: Conversation) -> bool:
        lock = self._lock(where)
        if not await self._store.attempt(lambda: lock.acquire(token=self._replica.boot), default=False):
            return False
        self._holding[where] = time.monotonic()
        return True

    def _lock(self, where: Conversation) -> Any:
        lock = self._store.client.lock(_lock_key(where), timeout=LOCK_SECONDS, blocking=False, thread_local=False)
        lock.local.token = self._replica.boot.encode()
        return lock

    async def extend(self) -> None:
        """Go on holding what is held; to be called every few seconds."""
        now = time.monotonic()
        for where, since in tuple(self._holding.items()):
            if now - since > EXTEND_SECONDS and where in self._holding:
                self._holding[where] = now
                await self._store.attempt(functools.partial(_extended, self._lock(where)), default=False)

    async def take(self, where: Conversation) -> Letter | None:
        """Return the oldest message of a conversation that is not answered yet; it stays there until `finish`."""
        take = lambda: self._store.client.eval(TAKE, 2, _mail_key(where), _shown_key(where), KEPT_SECONDS)  # noqa: E731
        found = await self._store.attempt(take, None)
        if not found:
            return None
        line, fields = found
        if line in self._answered:
            await self.finish(where, line)
            return await self.take(where)
        if not isinstance(fields, dict):
            fields = dict(zip(fields[::2], fields[1::2], strict=True))
        pages = {int(name[5:]): Drawn(**json.loads(text)) for name, text in fields.items() if name.startswith("page:")}
        return Letter(Message.load(line), line, int(fields["attempts"]), "begun" in fields, pages)

    async def begin(self, where: Conversation) -> bool:
        """Note that the answer to the oldest message begins to be shown. False: another process took it over."""
        keys = _lock_key(where), _shown_key(where)
        begin = lambda: self._store.client.eval(BEGIN, 2, *keys, self._replica.boot)  # noqa: E731
        return bool(await self._store.attempt(begin, 1))

    async def note(self, where: Conversation, number: int, drawn: Drawn) -> None:
        """Note what is drawn of a page, so that nobody begins it anew."""
        line = json.dumps(asdict(drawn), separators=(",", ":"))
        await self._store.attempt(lambda: self._store.client.hset(_shown_key(where), f"page:{number}", line), 0)

    async def finish(self, where: Conversation, line: str, *writes: Write) -> bool:
        """Take an answered message out of its mailbox, in one round trip with other writes.

        Returns:
            Whether others wait. Otherwise the conversation is let go.
        """

        def finish(pipeline: Any) -> None:
            keys = _mail_key(where), _shown_key(where), _lock_key(where)
            pipeline.eval(FINISH, 3, *keys, line, self._replica.boot)

        results = await self._store.write(*writes, finish)
        if results is None:
            self._answered.add(line)
            return False
        self._answered.discard(line)
        if not results[-1]:
            self._holding.pop(where, None)
        return bool(results[-1])

    async def clear(self, where: Conversation) -> int:
        """Forget all messages of a conversation that are not answered yet. Return how many they were."""

        async def clear() -> int:
            async with self._store.client.pipeline(transaction=True) as pipeline:
                pipeline.llen(_mail_key(where))
                pipeline.delete(_mail_key(where), _shown_key(where))
                waiting, _ = await pipeline.execute()
            return int(waiting)

        return await self._store.attempt(clear, 0)

    async def waiting(self, where: Conversation) -> bool:
        """Return whether a conversation has unanswered messages."""
        return bool(await self._store.attempt(lambda: self._store.client.llen(_mail_key(where)), 0))

    async def left_behind(self) -> list[Conversation]:
        """Return the conversations with mail that nobody alive is answering; let go of dead processes' locks."""
        none: list[tuple[str, float]] = []
        opened = await self._store.attempt(lambda: self._store.client.zrange(OPEN, 0, -1, withscores=True), none)
        found = [await self._is_left_behind(Conversation(**json.loads(name)), name, at) for name, at in opened]
        return [each for each in found if each]

    async def _is_left_behind(self, where: Conversation, member: str, at: float) -> Conversation | None:
        if not await self.waiting(where):
            if time.time() - at > SETTLED_SECONDS:
                await self._store.attempt(lambda: self._store.client.eval(SETTLE, 1, OPEN, member, repr(at)), 0)
            return None
        holder = await self._store.attempt(lambda: self._store.client.get(_lock_key(where)), self._replica.boot)
        if holder == self._replica.boot or (holder and await is_alive(self._store, holder)):
            return None
        if holder:
            log.info("taking over from a dead process", conversation=where.hash)
            await self._store.attempt(lambda: self._store.client.eval(BREAK, 1, _lock_key(where), holder), 0)
        return where


async def _extended(lock: Any) -> bool:
    try:
        await lock.reacquire()
    except LockError:
        return False
    return True


async def _released(lock: Any) -> bool:
    try:
        await lock.release()
    except LockError:
        return False
    return True


def _member(where: Conversation) -> str:
    return json.dumps(asdict(where), separators=(",", ":"), sort_keys=True)


def _mail_key(where: Conversation) -> str:
    return key("mail", tag=where.key)


def _shown_key(where: Conversation) -> str:
    return key("shown", tag=where.key)


def _lock_key(where: Conversation) -> str:
    return key("lock", tag=where.key)
