"""What is remembered, and that nobody's memory reaches another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.domain.message import Conversation, Message
from bot.services import Services
from bot.storage.chat_migration import move_chat
from bot.storage.chat_settings import ChatSettings
from bot.storage.memory import Memory, memory_key
from bot.storage.store import Store
from tests.conftest import make_settings
from tests.people import said

OWN, SHARED, OFF = ChatSettings(), ChatSettings(memory="shared"), ChatSettings(memory="off")


async def remember(memory: Memory, message: Message, answer: str, options: ChatSettings = OWN) -> None:
    await memory.add(message, answer, "rule", options)


async def questions(memory: Memory, message: Message, options: ChatSettings = OWN) -> list[str]:
    return [each.question for each in await memory.recall(message, options)]


async def test_question_and_answer_are_remembered_in_their_order(services: Services) -> None:
    memory = services.memory
    await remember(memory, said("one"), "1")
    await remember(memory, said("two"), "2")
    recalled = await memory.recall(said(""), OWN)
    assert [(each.question, each.answer) for each in recalled] == [("one", "1"), ("two", "2")]


async def test_a_group_member_has_a_memory_of_their_own(services: Services) -> None:
    await remember(services.memory, said("mine", chat="group"), "yes")
    assert await questions(services.memory, said("", person="bob", chat="group")) == []
    assert await questions(services.memory, said("", chat="group", thread="5")) == []
    assert await questions(services.memory, said("", chat="group")) == ["mine"]


async def test_a_chat_may_share_one_memory_with_names(services: Services) -> None:
    await remember(services.memory, said("mine", chat="group"), "yes", SHARED)
    recalled = await services.memory.recall(said("", person="bob", chat="group"), SHARED)
    assert [(each.name, each.question) for each in recalled] == [("Alice", "mine")]


async def test_a_chat_may_switch_memory_off(services: Services) -> None:
    await remember(services.memory, said("mine", chat="group"), "yes", OFF)
    assert await questions(services.memory, said("", chat="group"), OFF) == []
    assert await services.store.client.dbsize() == 0


async def test_only_the_latest_turns_are_kept(store: Store) -> None:
    memory = Memory(store, make_settings(memory_turns=3))
    for number in range(5):
        await remember(memory, said(str(number)), "ok")
    assert await questions(memory, said("")) == ["2", "3", "4"]


async def test_memory_is_bounded_by_bytes_and_always_keeps_the_latest(store: Store) -> None:
    memory = Memory(store, make_settings(memory_bytes=1024))
    for number in range(5):
        await remember(memory, said(f"{number}"), "x" * 400)
    assert await questions(memory, said("")) == ["3", "4"]
    await remember(memory, said("huge"), "x" * 5000)
    assert await questions(memory, said("")) == ["huge"]


async def test_memory_counts_what_was_said_not_how_it_is_written(store: Store) -> None:
    memory = Memory(store, make_settings(memory_bytes=1024))
    for number in range(3):
        await remember(memory, said(f"{number}"), "很" * 80)
    assert await questions(memory, said("")) == ["0", "1", "2"]


async def test_memory_ages_and_each_exchange_refreshes_it(services: Services) -> None:
    await remember(services.memory, said("one"), "1")
    slot = memory_key(said("").conversation)
    await services.store.client.expire(slot, 5)
    await remember(services.memory, said("two"), "2")
    assert await services.store.client.ttl(slot) > 5


async def test_the_same_exchange_is_not_appended_twice(services: Services) -> None:
    message = said("once")
    await remember(services.memory, message, "1")
    await remember(services.memory, message, "1")
    assert await questions(services.memory, said("")) == ["once"]


async def test_reset_forgets_this_conversation_only(services: Services) -> None:
    await remember(services.memory, said("here", chat="group"), "1")
    await remember(services.memory, said("there"), "2")
    assert await services.memory.reset(said("/reset", chat="group"), OWN)
    assert await questions(services.memory, said("", chat="group")) == []
    assert await questions(services.memory, said("")) == ["there"]


async def test_forgetting_a_person_leaves_the_others_in_a_shared_memory(services: Services) -> None:
    memory = services.memory
    await remember(memory, said("private"), "1")
    await remember(memory, said("shared", chat="group"), "2", SHARED)
    await remember(memory, said("bob's", person="bob", chat="group"), "3", SHARED)
    assert await memory.forget("test", "alice") == 2
    assert await questions(memory, said("")) == []
    assert await questions(memory, said("", chat="group"), SHARED) == ["bob's"]


async def test_odd_ids_are_kept_as_they_are_and_half_a_character_as_one_that_can_be_read(services: Services) -> None:
    message = said("\ud800 {a}:b", person="a:b}{%", chat="x\n")
    message = replace(message, sender=replace(message.sender, name="\udc00x"))
    await remember(services.memory, message, "好 \ud83d, \ud83d\ude00")
    [kept] = await services.memory.recall(message, OWN)
    assert (kept.name, kept.question, kept.answer) == ("\ufffdx", "\ufffd {a}:b", "好 \ufffd, 😀")
    assert kept.person == "a:b}{%"


UNREADABLE = ("nonsense", "{", "[1]", "null", '"text"', "\x00", '{"person":1}', '{"person":"bob","name":"\\ud83d"}')
OLD = '{"person":"alice","name":"A","question":"?","answer":"\\ud83d","time":0,"source":"rule"}'


@pytest.mark.parametrize("unreadable", UNREADABLE)
async def test_what_cannot_be_read_keeps_nobody_from_forgetting_or_remembering(
    services: Services, unreadable: str
) -> None:
    slot, client = memory_key(Conversation("test", "group", "", "")), services.store.client
    await remember(services.memory, said("mine", chat="group"), "1", SHARED)
    await client.rpush(slot, unreadable, OLD)
    await remember(services.memory, said("bob's", person="bob", chat="group"), "2", SHARED)
    await client.expire(slot, 1000)
    assert await services.memory.forget("test", "alice") == 1
    [kept, exchange] = await client.lrange(slot, 0, -1)
    assert (kept, "bob's" in exchange) == (unreadable, True)
    assert 990 < await client.ttl(slot) <= 1000
    assert await questions(services.memory, said("", chat="group"), SHARED) == ["bob's"]
    assert not services.store.is_away()


ODD = st.sampled_from('\x00\u2028\ud83d\ude00\U0010ffff"\\{}')
ANYTHING = st.lists(st.one_of(ODD, st.characters()), max_size=20).map("".join)
EXCHANGES = st.lists(st.tuples(st.sampled_from(["alice", "bob", "eve"]), ANYTHING, ANYTHING, ANYTHING), max_size=12)


@hypothesis_settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exchanges=EXCHANGES)
async def test_forgetting_takes_ones_own_and_leaves_all_of_the_others_and_their_age(
    services: Services, exchanges: list[tuple[str, str, str, str]]
) -> None:
    client, memory, group = services.store.client, services.memory, said("", chat="group")
    await client.flushall()
    for person, name, question, answer in exchanges:
        asked = said(question, person=person, chat="group")
        await remember(memory, replace(asked, sender=replace(asked.sender, name=name)), answer, SHARED)
    slot = memory_key(Conversation("test", "group", "", ""))
    await client.expire(slot, 1000)
    others = [each for each in await memory.recall(group, SHARED) if each.person != "alice"]
    await memory.forget("test", "alice")
    assert not services.store.is_away()
    assert list(await memory.recall(group, SHARED)) == others
    assert not others or 990 < await client.ttl(slot) <= 1000


async def test_a_chat_that_moves_takes_its_memory_and_options_along(services: Services) -> None:
    old, new = said("old", chat="-1"), said("new", chat="-100")
    await remember(services.memory, old, "1")
    await remember(services.memory, new, "2")
    await services.options.choose(old, "unaddressed", "never")
    await move_chat(services.store, "test", "-1", "-100")
    assert await questions(services.memory, said("", chat="-100")) == ["old", "new"]
    assert await questions(services.memory, said("", chat="-1")) == []
    assert await services.memory.forget("test", "alice") == 1
    kept = await services.store.client.hgetall("y1:{test:-100}:options")
    assert kept == {"unaddressed": "never"}


async def test_moving_one_chat_leaves_those_whose_id_begins_alike(services: Services) -> None:
    await remember(services.memory, said("other", chat="-12"), "1")
    await move_chat(services.store, "test", "-1", "-100")
    assert await questions(services.memory, said("", chat="-12")) == ["other"]


async def test_with_redis_away_memory_is_empty_and_nothing_fails() -> None:
    from bot.storage.store import make_client  # noqa: PLC0415 — a client of its own, to nowhere

    store = Store(make_client("redis://127.0.0.1:1"), "nowhere")
    memory = Memory(store, make_settings())
    await remember(memory, said("lost"), "1")
    assert await questions(memory, said("")) == []
    assert store.is_away()
    await store.close()


PARTS = st.text(alphabet="ab:%{}\x00é/ ", max_size=3)
PLACES = st.builds(Conversation, platform=PARTS, chat=PARTS, thread=PARTS, person=PARTS)


@given(PLACES, PLACES)
def test_no_two_conversations_have_the_same_key(one: Conversation, other: Conversation) -> None:
    assert (one == other) == (memory_key(one) == memory_key(other))


WHO = st.sampled_from(["a", "b", "a:", "b%3A"])
STEPS = st.lists(st.tuples(WHO, WHO, st.sampled_from(["", "1"]), st.booleans()), max_size=30)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_no_message_ever_reaches_another_persons_memory(services: Services, steps: list[Any]) -> None:
    await services.store.client.flushall()
    told: dict[tuple[str, str, str], list[str]] = {}
    for number, (person, chat, thread, forgets) in enumerate(steps):
        message = said(f"{number}", person=person, chat=chat, thread=thread)
        if forgets and number % 5 == 0:
            await services.memory.forget("test", person)
            told = {place: kept for place, kept in told.items() if place[0] != person}
            continue
        await remember(services.memory, message, "ok")
        told.setdefault((person, chat, thread), []).append(message.text)
    for (person, chat, thread), expected in told.items():
        assert await questions(services.memory, said("", person=person, chat=chat, thread=thread)) == expected[-20:]
