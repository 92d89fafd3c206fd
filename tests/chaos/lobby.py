"""Where guests come in, one after the other, and do what there is to do. Start at `Lobby.seat`."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.chaos.acts import ACTS, Act, model
from tests.chaos.balance import Balance
from tests.chaos.guests import DiscordGuest, Guest, TelegramGuest
from tests.chaos.kills import pause
from tests.chaos.world import World
from tests.servers.discord import Channel

PATIENCE = 60.0
# How often somebody says more before leaving, at most.
STAYING = 6


class Lobby:
    """Makes guests, and notes in the balance what became of what they said. `heavy`: also acts that are."""

    def __init__(self, place: World, balance: Balance, seats: int, chance: random.Random, *, heavy: bool) -> None:
        self._place = place
        self._balance = balance
        self._chance = chance
        self._numbers = itertools.count(1)
        self._acts = [each for each in ACTS if heavy or not each.heavy]
        guild = place.discord.guild("guests")
        self._channels = deque(place.discord.text_channel(guild, f"channel-{number}") for number in range(seats))
        self._doors: tuple[Callable[[], AbstractContextManager[Guest]], ...] = (
            lambda: self._telegram(group=False),
            lambda: self._telegram(group=True),
            self._direct,
            self._channel,
        )

    async def open(self) -> None:
        """Wait until the bot listens, and let everything that there is happen once, alone."""
        gateway = self._place.discord.gateway
        await self._place.discord.until(lambda: gateway.connected, lambda: "the bot does not connect", PATIENCE)
        for act, door in zip(self._acts, itertools.cycle(self._doors), strict=False):
            with door() as guest:
                await self._perform(act, guest)

    async def seat(self, over: asyncio.Event, think: Callable[[], float]) -> None:
        """Let one guest after the other sit here until it is over; each `think`s so many seconds before each act."""
        often = [each.often for each in self._acts]
        while not over.is_set():
            with self._chance.choice(self._doors)() as guest:
                for act in self._chance.choices(self._acts, often, k=self._chance.randint(1, STAYING)):
                    await pause(self._chance.expovariate(1 / think()))
                    if not over.is_set():
                        await self._perform(act, guest)

    async def last_words(self) -> None:
        """Let somebody ask the model: only when it is asked, its client closes connections that nobody uses."""
        with self._telegram(group=False) as guest:
            await self._perform(Act("model", 1, model), guest)

    async def _perform(self, act: Act, guest: Guest) -> None:
        if await act.do(guest, self._chance):
            self._balance.done[act.name] += 1
        elif guest.refused():
            self._balance.unheard += 1
        else:
            self._balance.unanswered.append(f"{act.name} to {guest.name}, who reads {list(guest.reads())[-3:]}")

    @contextmanager
    def _telegram(self, *, group: bool) -> Iterator[Guest]:
        with self._here(TelegramGuest(self._place, next(self._numbers), group=group)) as guest:
            yield guest

    @contextmanager
    def _direct(self) -> Iterator[Guest]:
        with self._here(DiscordGuest(self._place, next(self._numbers))) as guest:
            yield guest

    @contextmanager
    def _channel(self) -> Iterator[Guest]:
        """There are as many channels as seats, so that nobody ever waits for one."""
        channel: Channel = self._channels.popleft()
        with self._here(DiscordGuest(self._place, next(self._numbers), channel)) as guest:
            yield guest
        self._channels.append(channel)

    @contextmanager
    def _here(self, guest: Guest) -> Iterator[Guest]:
        self._balance.people += 1
        yield guest
        guest.leaves()
