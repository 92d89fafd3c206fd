"""People who go on asking, one question after the other or two at once, whatever happens to the bot."""

from __future__ import annotations

import asyncio
import functools
import itertools
import random
from collections.abc import Awaitable, Callable, Mapping, Reversible, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TypeVar

from tests.chaos.verdict import Verdict, excuses, judge
from tests.chaos.world import World

T = TypeVar("T")
LATEST = 12
# Seconds after which somebody asks the next question although nothing came.
PATIENCE = 6.0
# Seconds within which a bot that has just been started is there.
CONNECTED_WITHIN = 30.0
# Who has asked so many questions in vain first waits longer for a word: where a machine starts bots slowly, more would
# pile up than they can answer in the end.
IN_VAIN, LONG_PATIENCE = 6, 60.0


@dataclass(slots=True)
class Asker:
    """A person in one chat. `says` asks, and returns the id that the bot knows the question by; `reads` the chat.

    `latest` are the last messages there, by their ids. Where several `listeners` follow each other, order is that in
    which questions were accepted: a platform tells each of them for itself, and one that stands still hands over late
    what it has heard.
    """

    number: int
    says: Callable[[str], Awaitable[str]]
    reads: Callable[[], Sequence[str]]
    latest: Callable[[], Mapping[object, str]]
    until: Callable[[Callable[[], bool], float], Awaitable[object]]
    wake: Callable[[], None]
    redelivered: bool
    patience: float = PATIENCE
    listeners: int = 1
    asked: dict[str, str] = field(default_factory=dict)

    async def talk(self, over: asyncio.Event, chance: random.Random) -> None:
        """Ask until it is over, and then no more."""
        while not over.is_set():
            excused = self._excused()
            names = [await self._ask() for _ in range(chance.choice((1, 1, 2)))]
            ended = functools.partial(self._ended, names, excused)
            patience = self.patience if self._in_vain() < IN_VAIN else max(self.patience, LONG_PATIENCE)
            await self.until(lambda ended=ended: over.is_set() or ended(), patience)  # type: ignore[misc]  # mypy cannot infer defaults of a lambda

    def verdict(self, accepted: Mapping[str, int]) -> Verdict:
        """Judge what became of the questions; those that nobody promised to deliver count when they were accepted."""
        texts = self.reads()
        heard = self._heard(accepted, str(texts))
        verdict = judge(heard, texts)
        verdict.unheard = len(self.asked) - len(heard)
        return verdict

    def settled(self, accepted: Mapping[str, int]) -> bool:
        """Return whether every question has come to an end."""
        verdict = self.verdict(accepted)
        return not (verdict.lost or verdict.unmarked)

    async def answered(self, accepted: Mapping[str, int], seconds: float) -> None:
        """Wait until what was asked until now has come to an end."""
        asked = self._heard(accepted, str(self.reads()))

        def ended() -> bool:
            verdict = judge(asked, self.reads())
            return not (verdict.lost or verdict.unmarked)

        await self.until(ended, seconds)

    def _heard(self, accepted: Mapping[str, int], texts: str) -> list[str]:
        heard = {
            name: accepted.get(update, 0)
            for name, update in self.asked.items()
            if self.redelivered or update in accepted or f"«{name}»" in texts
        }
        if self.listeners == 1:
            return list(heard)
        latest, places = 0, list[tuple[int, str]]()
        for name, accepted_at in heard.items():
            # What is not known to be accepted stands behind what was asked before it.
            latest = accepted_at or latest
            places.append((latest, name))
        return [name for _, name in sorted(places, key=itemgetter(0))]

    async def _ask(self) -> str:
        name = f"{self.number}.{len(self.asked)}"
        self.asked[name] = ""
        self.asked[name] = await self.says(f"tell me about {name}")
        return name

    def _ended(self, names: Sequence[str], excused: set[object]) -> bool:
        """Return whether each question is answered, or told that it is not; `excused`: what told so before.

        A word about the first of two is none about the second.
        """
        shown = str(self.latest().values())
        return sum(f"«/{name}»" not in shown for name in names) <= len(self._excused() - excused)

    def _in_vain(self) -> int:
        """Return how many questions were asked since the last one that an answer was begun to."""
        shown = str(self.latest())
        return next((back for back, name in enumerate(reversed(self.asked)) if f"«{name}»" in shown), len(self.asked))

    def _excused(self) -> set[object]:
        return {identity for identity, text in self.latest().items() if excuses(text)}


def askers(world: World, count: int, *, patience: float = PATIENCE, listeners: int = 1) -> list[Asker]:
    """Return so many people: in private chats and groups of Telegram, and in private chats of Discord.

    `patience` is that of the people on Discord, who are not told when the bot has not heard them; so many `listeners`
    take turns there.
    """
    make = (_private, _group, functools.partial(_discord, patience=patience, listeners=listeners))
    return [make[number % len(make)](world, number) for number in range(count)]


def _private(world: World, number: int) -> Asker:
    return _telegram(world, number, group=False)


def _group(world: World, number: int) -> Asker:
    return _telegram(world, number, group=True)


def _telegram(world: World, number: int, *, group: bool) -> Asker:
    server, name = world.telegram, f"person-{number}"
    talker = server.group(f"group-{number}").member(name) if group else server.private(name)

    async def says(text: str) -> str:
        await talker.says(f"@{server.username} {text}" if group else text)
        return str(talker.update)

    def latest() -> dict[object, str]:
        return {each.id: each.text for each in _last(talker.room.seen.values())}

    bell = talker.room.bell
    return Asker(number, says, lambda: talker.texts, latest, bell.until, bell.ring, redelivered=True)


def _discord(world: World, number: int, *, patience: float, listeners: int) -> Asker:
    server = world.discord
    seat = server.dm(f"person-{number}")

    async def says(text: str) -> str:
        await until(lambda: bool(server.gateway.connected), CONNECTED_WITHIN)  # who is away is told nothing
        return (await seat.says(text)).id

    async def until(condition: Callable[[], bool], seconds: float) -> object:
        try:
            return await server.until(condition, lambda: "", seconds)
        except AssertionError:
            return None

    def latest() -> dict[object, str]:
        return {each.id: each.shown for each in _last(seat.channel.messages.values()) if each.author is server.bot}

    asker = Asker(number, says, lambda: seat.screen, latest, until, server.tell, redelivered=False)
    return replace(asker, patience=patience, listeners=listeners)


def _last(messages: Reversible[T]) -> list[T]:
    """Return the newest: looking at all, at every change, would take most of the time."""
    return list(itertools.islice(reversed(messages), LATEST))
