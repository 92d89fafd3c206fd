"""A model that thinks aloud without saying so, in whole chats: what it thought does not stay, however long it was."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.servers.openai import Pause
from tests.whole.world import PATIENCE, World, opened

THOUGHT = [f"Let me wonder about {number}, too. " for number in range(400)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path) as world:
        yield world


def think(world: World) -> asyncio.Event:
    """Let the model think aloud until the event, and then answer."""
    go = asyncio.Event()
    world.model.say(*THOUGHT, Pause(go), "\n</think>\n\n", "It is 42.")
    return go


async def test_on_telegram_only_the_answer_stays(world: World) -> None:
    alice = world.telegram.private("alice")
    go = think(world)
    await alice.says("What is the meaning of life?")
    await alice.sees(re.compile("Let me wonder"))
    go.set()
    await alice.sees("It is 42.")
    assert alice.texts[:2] == ["…", "…"]
    assert "wonder" not in str(alice.texts)
    world.model.say("hm", "\n</think>\n\n", "Nothing.")
    await alice.says("And then?")
    await alice.sees("Nothing.")
    assert "wonder" not in str(world.model.calls[-1].body["messages"])


async def test_on_discord_only_the_answer_stays(world: World) -> None:
    bob = world.discord.dm("bob")
    await world.connected()
    go = think(world)
    await bob.says("What is the meaning of life?")
    await bob.sees_part("Let me wonder", within=PATIENCE)
    go.set()
    await bob.sees("It is 42.", within=PATIENCE)
    await world.discord.until(lambda: "wonder" not in str(bob.screen), lambda: str(bob.screen), PATIENCE)
