"""The one gate of a chat: every write of every turn goes through it, at the platform's rate, one at a time."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import structlog

from bot.contract import Rate
from bot.delivery.quota import SharedTokenBucket
from bot.domain.errors import RetryAfter, UndeliverableError, Unreachable

T = TypeVar("T")
Clock = Callable[[], float]
log = structlog.get_logger(__name__)

JITTER, LONGEST_JITTER = 0.1, 2.0
# A platform that fails at one write so often, and for so many seconds, while it takes others, is not away.
MOST_FAILURES, LONGEST_FAILURE = 3, 15.0


@dataclass(slots=True)
class Tally:
    """How many writes a platform has taken, over all its chats."""

    written: int = 0


class ChatRateLimiter:
    """A bucket of tokens, refilled at the chat's rate, and the silence that the platform has asked for."""

    def __init__(
        self,
        rate: Rate,
        clock: Clock,
        chat: str = "",
        quota: SharedTokenBucket | None = None,
        overall: ChatRateLimiter | None = None,
        tally: Tally | None = None,
    ) -> None:
        self.rate = rate
        # The gate of all chats of the platform, which each write passes behind its own.
        self._overall = overall
        self._tally = tally or Tally()
        self._chat = chat
        self._quota = quota
        self.users = 0
        self._clock = clock
        self._tokens = float(rate.burst)
        self._counted = clock()
        self._silent_until = 0.0
        self._waiting = 0
        self._order = asyncio.Lock()

    @property
    def silent(self) -> bool:
        """Whether the platform has asked for silence that has not ended."""
        return self._clock() < self._silent_until

    @property
    def calm(self) -> bool:
        """Whether the gate remembers nothing that a new one would not know."""
        return not self.users and not self.silent and self._refilled() >= self.rate.burst

    async def write(self, draw: Callable[[], Awaitable[T]]) -> T:
        """Write what must arrive: waits its turn, for the rate, and for the end of every silence asked for meanwhile.

        While the platform is away others have their turn: it may be this write alone that it fails at.

        Raises:
            UndeliverableError: It failed at this write again and again, and took others meanwhile.
            Exception: Whatever `draw` raises but `RetryAfter`.
        """
        self._waiting += 1
        try:
            failures, began, before = 0, 0.0, 0
            while True:
                try:
                    async with self._order:
                        return await self._heard(draw)
                except Unreachable as error:
                    if not failures:
                        began, before = self._clock(), self._tally.written
                    failures += 1
                    is_long = failures >= MOST_FAILURES and self._clock() - began >= LONGEST_FAILURE
                    if is_long and self._tally.written > before:
                        raise UndeliverableError(f"{failures} times") from error
                    await asyncio.sleep(error.seconds)
        finally:
            self._waiting -= 1

    async def _heard(self, draw: Callable[[], Awaitable[T]]) -> T:
        """Write when there is no silence, however often one is asked for. Raises what `draw` raises but that."""
        while True:
            await self._open()
            try:
                written = await draw()
            except Unreachable:
                raise
            except RetryAfter as error:
                await self._silence(error.seconds)
            else:
                self._tally.written += 1
                return written

    async def redraw(self, draw: Callable[[], Awaitable[T]], *, spare: int = 1) -> T | None:
        """Write what may be left out: in a silence, or where it would take the `spare` tokens (then None comes back).

        The spare tokens are for what must arrive. A rate without a burst has none to spare.
        """
        spare = min(spare, self.rate.burst - 1)
        if not self._plenty(spare):
            return None
        async with self._order:
            if not self._plenty(spare):
                return None
            if self._quota and await self._quota.take(self._chat, self.rate, spare):
                return None
            if self._overall and await self._overall.redraw(_nothing) is None:
                return None
            self._tokens = self._refilled() - 1
            try:
                return await draw()
            except RetryAfter as error:
                await self._silence(error.seconds)
                return None

    def _plenty(self, spare: int) -> bool:
        return not self.silent and self._refilled() - self._waiting >= 1 + spare

    async def _open(self) -> None:
        """Wait until there is a token and no silence, and take the token."""
        while True:
            wait = max(self._silent_until - self._clock(), (1 - self._refilled()) * self.rate.interval)
            if wait <= 0 and self._quota:
                wait = await self._quota.take(self._chat, self.rate)
            if wait <= 0:
                break
            await asyncio.sleep(wait)
        if self._overall:
            await self._overall.passed()
        self._tokens = self._refilled() - 1

    async def passed(self) -> None:
        """Wait for a token of its own, behind those who have waited longer, and take it."""
        self._waiting += 1
        try:
            async with self._order:
                await self._open()
        finally:
            self._waiting -= 1

    def _refilled(self) -> float:
        now = self._clock()
        gained = (now - self._counted) / self.rate.interval if self.rate.interval > 0 else self.rate.burst
        self._tokens, self._counted = min(self.rate.burst, self._tokens + gained), now
        return self._tokens

    async def _silence(self, seconds: float) -> None:
        # Who was silenced together does not come back in one instant.
        jitter = random.uniform(0.0, min(seconds * JITTER, LONGEST_JITTER))
        self._silent_until = max(self._silent_until, self._clock() + seconds + jitter)
        log.info("a chat is silenced by its platform", seconds=seconds)
        if self._quota:
            await self._quota.silence(self._chat, seconds)


async def _nothing() -> bool:
    return True


class RateLimiters:
    """The gates of the chats that are being written to, or were so lately that their rate still counts.

    `overall` are the rates of all chats of a platform together, by its name, where it has one.
    """

    def __init__(
        self, clock: Clock, quota: SharedTokenBucket | None = None, overall: Mapping[str, Rate] = MappingProxyType({})
    ) -> None:
        self._clock = clock
        self._overall = {name: ChatRateLimiter(rate, clock, name, quota) for name, rate in overall.items()}
        self._quota = quota
        self._tallies: dict[str, Tally] = defaultdict(Tally)
        self._gates: dict[str, ChatRateLimiter] = {}
        self._cooling: deque[str] = deque()

    def __len__(self) -> int:
        return len(self._gates)

    @contextmanager
    def through(self, chat: str, rate: Rate) -> Iterator[ChatRateLimiter]:
        """Use the gate of a chat. It is forgotten when nobody uses it and it has nothing left to remember."""
        gate = self._gates.get(chat)
        if gate is None:
            platform = chat.partition(":")[0]
            overall, tally = self._overall.get(platform), self._tallies[platform]
            gate = self._gates[chat] = ChatRateLimiter(rate, self._clock, chat, self._quota, overall, tally)
        gate.rate = rate
        gate.users += 1
        try:
            yield gate
        finally:
            gate.users -= 1
            if not gate.users:
                self._cooling.append(chat)
            self._forget()

    def _forget(self) -> None:
        """Look at the two gates that have waited longest: more than come in, so that none stays for ever."""
        for _ in range(min(2, len(self._cooling))):
            chat = self._cooling.popleft()
            gate = self._gates.get(chat)
            if gate is None or gate.users:
                continue
            if gate.calm:
                del self._gates[chat]
            else:
                self._cooling.append(chat)
