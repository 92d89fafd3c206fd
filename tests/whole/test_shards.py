"""Discord in two shards: shared by the replicas that are there, and each message answered once, whoever hears it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.chaos.process import Bot
from tests.chaos.world import World, world
from tests.servers.discord import Seat

PATIENCE = 40
SHARDS = ((0, 2), (1, 2))


@dataclass
class Shards:
    """A world with two replicas, of which none runs yet, and with a person on each shard."""

    world: World
    replicas: tuple[Bot, Bot]
    people: tuple[Seat, Seat]
    said: list[int] = field(default_factory=list)

    async def shared(self, identified: int) -> None:
        """Wait until clients have identified themselves so many times in all, and each shard has one listener."""
        gateway = self.world.discord.gateway

        def listening() -> bool:
            return gateway.identified == identified and sorted(each.shard for each in gateway.connected) == [*SHARDS]

        told = lambda: f"{gateway.identified}: {[each.shard for each in gateway.connected]}, {self.logs}"  # noqa: E731
        await self.world.discord.until(listening, told, PATIENCE)

    async def talk(self) -> None:
        """Let the people of both shards say something, and see what every one of them has been answered, once each."""
        number = len(self.said)
        self.said.append(number)
        for shard, person in enumerate(self.people):
            await person.says(f"@bot 7{shard}.{number}0")
        for shard, person in enumerate(self.people):
            await person.sees_part(f"«/7{shard}.{number}0»", within=PATIENCE)
            asked = [f"«7{shard}.{each}0»" for each in self.said]
            assert [each.split()[0] for each in person.screen] == asked

    @property
    def logs(self) -> str:
        return "\n".join(each.log.read_text()[-2000:] for each in self.replicas if each.log.exists())


@asynccontextmanager
async def opened() -> AsyncIterator[Shards]:
    async with world(delay=0.0) as around:
        discord = around.discord
        discord.gateway.at_once = len(SHARDS)
        people = tuple(
            discord.member(discord.text_channel(discord.guild(f"guild {shard[0]}", shard=shard)), f"person {shard[0]}")
            for shard in SHARDS
        )
        settings = {**around.environment, "DISCORD_SHARDS": "2", "TELEGRAM_TOKEN": ""}
        replicas = tuple(Bot(around.directory / name, settings) for name in ("first", "second"))
        # One on the same Redis that has nothing to do with Discord, and no share of it.
        other = Bot(around.directory / "other", {**around.environment, "DISCORD_TOKEN": ""})
        assert len(people) == len(replicas) == 2
        try:
            await other.start()
            yield Shards(around, replicas, people)
        finally:
            for each in (*replicas, other):
                await each.end_if_running()


@pytest.fixture
async def shards() -> AsyncIterator[Shards]:
    async with opened() as shards:
        yield shards


@pytest.mark.timeout(180)  # it starts the bot five times
async def test_replicas_share_the_shards_as_they_come_and_go(shards: Shards) -> None:
    first, second = shards.replicas
    async with asyncio.timeout(160):
        await first.start()
        await shards.shared(identified=2)
        await shards.talk()
        await second.start()
        await shards.shared(identified=3)
        await shards.talk()
        assert await first.terminate() == 0
        await shards.shared(identified=4)
        await shards.talk()
        await first.start()
        await shards.shared(identified=5)
        await shards.talk()
        await second.kill()
        await shards.shared(identified=6)
        await shards.talk()
