"""No message is lost, none answered twice, whatever happens to the process that took it."""

from __future__ import annotations

import uuid

import pytest

from bot.domain.message import Conversation, Message
from bot.queue.letters import TAKEN_MILLISECONDS, Drawn, Letter, lock_key, mail_key
from bot.queue.mailbox import Mailbox
from bot.queue.replica import Presence, Replica, alive, held_replica
from bot.services import Services
from bot.storage.store import Store, make_client
from tests.bot.turn.test_dispatcher import Scene
from tests.people import said


@pytest.fixture
async def dead(services: Services) -> Mailbox:
    """The mailbox as a process saw it that died since: it never said again that it is alive."""
    return Mailbox(services.store, Replica("elsewhere", uuid.uuid4().hex))


def place(message: Message) -> Conversation:
    return message.conversation


async def taken(mailbox: Mailbox, message: Message) -> Letter:
    """Take a message as a process does that is about to answer it."""
    letter = await mailbox.take(place(message))
    assert letter
    return letter


async def leave_ends(services: Services, message: Message) -> None:
    """Let the time pass for which nobody takes a conversation from who was given leave to write in it."""
    await services.store.client.pexpire(lock_key(place(message)), TAKEN_MILLISECONDS)


async def swept(services: Services) -> Scene:
    """Start another process on the same Redis, and let it take up what was left."""
    scene = Scene(services)
    await scene.dispatcher.sweep()
    await scene.turns.drain(10)
    return scene


async def test_what_a_dead_process_accepted_is_answered_by_another_in_its_order(
    services: Services, dead: Mailbox
) -> None:
    first, second = said("say one"), said("say two")
    for message in (first, second):
        assert await dead.accept(message, place(message))
    assert (await swept(services)).screen.texts == ["echo say one", "echo say two"]
    assert (await swept(services)).screen.texts == []


async def test_what_a_living_process_holds_is_left_to_it(services: Services) -> None:
    other = Replica("elsewhere", uuid.uuid4().hex)
    await Presence(services.store, other).announce()
    mailbox, message = Mailbox(services.store, other), said("say one")
    await mailbox.accept(message, place(message))
    async with mailbox.held(place(message)):
        assert await mailbox.take(place(message))
        assert (await swept(services)).screen.texts == []
    assert (await swept(services)).screen.texts == ["echo say one"]


async def test_an_answer_that_was_begun_is_marked_where_it_stands(services: Services, dead: Mailbox) -> None:
    message = said("stream", language="en")
    await dead.accept(message, place(message))
    letter = await taken(dead, message)
    assert await dead.begin(place(message), letter)
    await dead.note(place(message), 0, Drawn("77", "first words"))
    await leave_ends(services, message)
    scene = await swept(services)
    assert scene.screen.texts == ["first words\n\n(A restart broke this answer off here. Please ask again.)"]
    assert scene.screen.adopted == {(message.id, 0): "77"}
    assert (await swept(services)).screen.texts == []


async def test_an_answer_that_may_have_been_sent_is_not_sent_again(services: Services, dead: Mailbox) -> None:
    message = said("say one", language="en")
    await dead.accept(message, place(message))
    await dead.begin(place(message), await taken(dead, message))
    await leave_ends(services, message)
    [text] = (await swept(services)).screen.texts
    assert "may or may not have been sent" in text


async def test_who_was_just_given_leave_to_write_is_not_interrupted_however_dead_it_seems(
    services: Services, dead: Mailbox
) -> None:
    message = said("say one")
    await dead.accept(message, place(message))
    letter = await taken(dead, message)
    assert await dead.begin(place(message), letter)
    assert (await swept(services)).screen.texts == []
    assert await dead.begin(place(message), letter)
    await leave_ends(services, message)
    assert (await swept(services)).screen.texts
    assert not await dead.begin(place(message), letter)


@pytest.mark.parametrize("more", [False, True])
async def test_what_another_process_has_answered_is_not_begun_also_by_who_holds_the_conversation_again(
    services: Services, dead: Mailbox, *, more: bool
) -> None:
    message = said("say one")
    await dead.accept(message, place(message))
    letter = await taken(dead, message)
    assert (await swept(services)).screen.texts == ["echo say one"]
    if more:
        assert await dead.accept(said("say two"), place(message))
    assert not await dead.begin(place(message), letter)


async def test_a_process_that_lost_its_conversation_writes_nothing_more(services: Services, dead: Mailbox) -> None:
    message = said("say one")
    await dead.accept(message, place(message))
    letter = await taken(dead, message)
    await swept(services)
    assert not await dead.begin(place(message), letter)


async def test_what_is_answered_for_long_is_kept_and_what_another_took_is_not(
    services: Services, dead: Mailbox
) -> None:
    message, client = said("say one"), services.store.client
    lock = lock_key(place(message))
    await dead.accept(message, place(message))
    await taken(dead, message)
    await client.pexpire(lock, 1000)
    await dead.extend()
    assert await client.pttl(lock) > 20_000
    await client.set(lock, "another process", px=1000)
    await dead.extend()
    assert await client.pttl(lock) <= 1000


async def test_a_message_that_is_too_old_is_dropped(services: Services, dead: Mailbox) -> None:
    message = said("say late", time=services.clock() - 2 * services.settings.answer_within)
    await dead.accept(message, place(message))
    assert (await swept(services)).screen.texts == []
    assert not await dead.waiting(place(message))


async def test_a_message_that_ends_the_process_each_time_is_given_up(services: Services, dead: Mailbox) -> None:
    message = said("say boom")
    await dead.accept(message, place(message))
    for _ in range(3):
        assert await dead.take(place(message))
    [text] = (await swept(services)).screen.texts
    assert "Something went wrong" in text or "问题" in text
    assert not await dead.waiting(place(message))


async def test_stop_forgets_what_waits(services: Services) -> None:
    scene = Scene(services)
    for text in ("stream", "say second", "/stop"):
        await scene.dispatcher.receive(said(text))
        if text == "stream":
            await scene.screen.until(lambda: bool(scene.screen.pages))
    await scene.turns.drain(10)
    assert scene.screen.texts[-1] == "Stopped."
    assert "echo say second" not in scene.screen.texts


async def test_nothing_is_left_of_answered_messages(services: Services) -> None:
    scene = Scene(services)
    await scene.hears(said("say one"))
    left = {key.rpartition(":")[2] for key in await services.store.client.keys("*")}
    assert left.isdisjoint({"mail", "shown", "lock"})


async def test_what_is_answered_while_redis_goes_away_is_not_answered_again(services: Services) -> None:
    mailbox, message = Mailbox(services.store, Replica("here", uuid.uuid4().hex)), said("say one")
    await mailbox.accept(message, place(message))
    letter = await mailbox.take(place(message))
    assert letter
    mailbox._store = Store(make_client("redis://127.0.0.1:1"), "nowhere")
    await mailbox.finish(place(message), letter.line)
    await mailbox._store.close()
    mailbox._store = services.store
    assert await mailbox.take(place(message)) is None
    assert not await mailbox.waiting(place(message))


async def test_a_terminal_leaves_nothing_in_mailboxes(services: Services) -> None:
    scene = Scene(services)
    scene.edge.lasting = False
    assert await scene.hears(said("say one")) == ["echo say one"]
    assert await services.store.client.keys("*:seen:*") == []


async def test_a_replica_takes_the_place_of_the_one_that_ended(services: Services, store: Store) -> None:
    with held_replica(services.settings.data_dir) as first:
        with held_replica(services.settings.data_dir) as second:
            assert first.name != second.name
        await Presence(store, first).announce()
    with held_replica(services.settings.data_dir) as again:
        assert (again.name, again.boot == first.boot) == (first.name, False)
        await Presence(store, again).announce()
    assert await alive(store) == frozenset({again.boot})


async def test_what_a_redis_that_forgot_its_last_moment_brings_again_is_not_answered_twice(services: Services) -> None:
    scene, message = Scene(services), said("say one")
    client = services.store.client
    elsewhere = Mailbox(services.store, Replica("elsewhere", uuid.uuid4().hex))
    assert await elsewhere.accept(message, place(message))
    kept = {name: await client.dump(name) for name in await client.keys("*")}
    await client.delete(lock_key(place(message)))
    await scene.dispatcher.sweep()
    await scene.turns.drain(10)
    assert scene.screen.texts == ["echo say one"]
    for name, value in kept.items():
        await client.restore(name, 0, value, replace=True)
    await client.delete(lock_key(place(message)))
    await scene.dispatcher.sweep()
    await scene.turns.drain(10)
    assert scene.screen.texts == ["echo say one"]
    assert await client.llen(mail_key(place(message))) == 0
