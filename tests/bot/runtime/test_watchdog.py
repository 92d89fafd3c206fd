"""Listening that falls silent is noticed, ended, and begun anew."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import pytest

from bot.contract import Moved, Platform, Pulse, Receive
from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.runtime.watchdog import SilentError, watched
from tests.edge import Edge


@dataclass
class Deaf(Edge):
    """A platform whose listening has died without a word, and, if it is `stubborn`, ignores its first cancellation."""

    stubborn: bool = False
    cancelled: int = 0
    heard_at: float = field(default_factory=time.monotonic)

    async def listen(self, receive: Receive, moved: Moved) -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                if not self.stubborn or self.cancelled > 1:
                    raise

    def pulse(self) -> Pulse:
        return Pulse(self.heard_at, connected=True)


@dataclass
class Refused(Edge):
    """A platform that gives up at once."""

    async def listen(self, receive: Receive, moved: Moved) -> None:
        raise Apology("platforms.telegram_token")


async def listened(platform: Platform, silence: float) -> None:
    async with asyncio.timeout(20):
        await watched(platform, platform.listen(_receive, _moved), silence)


@pytest.mark.parametrize("stubborn", [False, True])
async def test_a_silent_platform_is_told_to_stop_until_it_does(stubborn: bool) -> None:  # noqa: FBT001 — a parameter
    deaf = Deaf(stubborn=stubborn)
    with pytest.raises(SilentError):
        await listened(deaf, 0.05)
    assert deaf.cancelled == (2 if stubborn else 1)


async def test_a_platform_that_waits_on_purpose_is_left_alone() -> None:
    deaf = Deaf(heard_at=time.monotonic() + 60)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await watched(deaf, deaf.listen(_receive, _moved), 0.05)
    assert deaf.cancelled == 1


async def test_a_platform_without_a_pulse_is_taken_at_its_word() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await watched(Edge(), Edge().listen(_receive, _moved), 0.05)


async def test_what_listening_raises_comes_through_as_it_is() -> None:
    with pytest.raises(Apology):
        await listened(Refused(), 10)


async def _receive(message: Message, /) -> None:
    """Take nothing."""


async def _moved(platform: str, old: str, new: str, /) -> None:
    """Note nothing."""
