"""A chat's recent messages: kept only where that is switched on, bounded, shown and forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.domain.message import Invocation, Message
from bot.services import Services
from bot.storage.chat_migration import move_chat
from bot.storage.recent import BYTES, LONGEST, MOST, Recent
from tests.people import said
from tests.scene import Scene, open_scene


@pytest.fixture
async def scene(services: Services) -> AsyncIterator[Scene]:
    async with open_scene(services) as scene:
        yield scene


def in_group(text: str, **values: Any) -> Message:
    return said(text, chat="group", **values)


async def switched_on(scene: Scene) -> Recent:
    await scene.hears(in_group("/options recent on", person="root"))
    return Recent(scene.services.store)


async def texts(recent: Recent) -> list[str]:
    return [each.text for each in await recent.of(in_group(""))]


async def test_nothing_is_kept_unless_the_chat_has_switched_it_on(scene: Scene) -> None:
    await scene.hears(in_group("hello"))
    assert await texts(Recent(scene.services.store)) == []
    assert [each async for each in scene.services.store.client.scan_iter("*recent*")] == []


async def test_what_people_say_is_kept_and_no_commands_or_buttons(scene: Scene) -> None:
    recent = await switched_on(scene)
    others = (in_group("/help"), in_group("x", choice="faq:1"), in_group("y", invocation=Invocation("help")))
    for message in (in_group("one"), *others, in_group("/nonsense"), in_group(" "), in_group("two", person="bob")):
        await scene.hears(message)
    assert await texts(recent) == ["one", "two"]


async def test_another_chat_keeps_nothing_of_it(scene: Scene) -> None:
    recent = await switched_on(scene)
    await scene.hears(said("elsewhere", chat="other"))
    assert await texts(recent) == []


async def test_the_latest_two_hundred_are_kept_for_a_week(scene: Scene) -> None:
    recent = await switched_on(scene)
    for number in range(MOST + 5):
        await recent.keep(in_group(f"message {number}"))
    kept = await texts(recent)
    assert (len(kept), kept[0], kept[-1]) == (MOST, "message 5", f"message {MOST + 4}")
    (name,) = [each async for each in scene.services.store.client.scan_iter("*:recent")]
    assert 0 < await scene.services.store.client.ttl(name) <= 7 * 86_400


async def test_long_messages_are_cut_and_all_together_stay_small(scene: Scene) -> None:
    recent = await switched_on(scene)
    for number in range(40):
        await recent.keep(in_group(f"{number}" + "长" * 5000))
    kept = await texts(recent)
    assert all(len(each) == LONGEST for each in kept)
    assert sum(len(each) * 6 for each in kept) <= BYTES


async def test_switching_it_off_deletes_all_and_keeps_nothing_more(scene: Scene) -> None:
    recent = await switched_on(scene)
    await scene.hears(in_group("one"))
    await scene.hears(in_group("/options recent off", person="root"))
    await recent.keep(in_group("late: another process still believes that it is on"))
    assert await texts(recent) == []


async def test_memory_shows_it_and_forget_takes_out_ones_own(scene: Scene) -> None:
    recent = await switched_on(scene)
    await scene.hears(in_group("mine"))
    await scene.hears(in_group("bob's", person="bob"))
    [shown] = await scene.hears(in_group("/memory", addressed=True))
    assert "mine" in shown
    assert "bob's" not in shown
    [shown] = await scene.hears(said("/memory"))
    assert "mine" in shown
    await scene.hears(said("/forget"))
    assert await texts(recent) == ["bob's"]
    assert [each async for each in scene.services.store.client.scan_iter("*places*alice*")] == []


async def test_it_moves_with_the_chat_and_can_still_be_forgotten(scene: Scene) -> None:
    recent = await switched_on(scene)
    await scene.hears(in_group("mine"))
    await move_chat(scene.services.store, "test", "group", "supergroup")
    assert await texts(recent) == []
    assert [each.text for each in await recent.of(said("", chat="supergroup"))] == ["mine"]
    await recent.forget("test", "alice")
    assert await recent.of(said("", chat="supergroup")) == ()


async def test_many_at_once_are_all_kept(scene: Scene) -> None:
    recent = await switched_on(scene)
    await asyncio.gather(*(recent.keep(in_group(str(number), person=f"p{number % 7}")) for number in range(100)))
    assert sorted(map(int, await texts(recent))) == list(range(100))


async def test_what_cannot_be_read_keeps_nobody_from_forgetting_showing_or_moving(scene: Scene) -> None:
    recent, client = await switched_on(scene), scene.services.store.client
    await scene.hears(in_group("mine"))
    (slot,) = [each async for each in client.scan_iter("*:recent")]
    await client.rpush(slot, "nonsense", '{"person":"bob","text":"\\ud83d","time":0}')
    await client.expire(slot, 1000)
    await move_chat(scene.services.store, "test", "group", "supergroup")
    await recent.forget("test", "alice")
    assert [each.text for each in await recent.of(said("", chat="supergroup"))] == ["\ud83d"]
    (slot,) = [each async for each in client.scan_iter("*:recent")]
    assert await client.lindex(slot, 0) == "nonsense"
    assert 990 < await client.ttl(slot) <= 1000


async def test_half_a_character_is_kept_as_one_that_can_be_read(scene: Scene) -> None:
    recent = await switched_on(scene)
    await recent.keep(in_group("x\ud83d"))
    await recent.keep(in_group("y" * (LONGEST - 1) + "\ud83d\ude00"))
    assert [each[-1] for each in await texts(recent)] == ["\ufffd", "\ufffd"]
