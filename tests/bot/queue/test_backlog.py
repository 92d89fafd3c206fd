"""How much waits to be answered, whoever is about it."""

from __future__ import annotations

from bot.queue.backlog import Backlog, backlog
from bot.queue.mailbox import Mailbox
from bot.queue.replica import Replica
from bot.runtime.health import Health
from bot.services import Services
from bot.storage.store import Store, make_client
from bot.turn.scheduler import Scheduler
from tests.bot.turn.test_dispatcher import Scene
from tests.people import said


async def accept(store: Store, replica: str, text: str, time: float, person: str = "alice") -> None:
    message = said(text, person=person, time=time)
    assert await Mailbox(store, Replica(replica, replica)).accept(message, message.conversation)


async def test_nothing_waits_in_an_empty_store(store: Store) -> None:
    assert await backlog(store) == Backlog(0, None)


async def test_what_several_replicas_have_accepted_is_counted_together(store: Store) -> None:
    await accept(store, "one", "first", 50.5)
    await accept(store, "two", "second", 60)
    await accept(store, "two", 'a text that says "time":1', 40, person='"time":2')
    assert await backlog(store) == Backlog(3, 40)


async def test_what_is_answered_waits_no_more(services: Services) -> None:
    scene = Scene(services)
    await scene.hears(said("say one"))
    assert await backlog(services.store) == Backlog(0, None)


async def test_of_more_conversations_than_are_asked_for_at_once_all_are_counted(store: Store) -> None:
    for number in range(501):
        await accept(store, "one", "hello", 1000 - number, person=f"person {number}")
    assert await backlog(store) == Backlog(501, 500)


async def test_without_redis_nobody_can_tell() -> None:
    nowhere = Store(make_client("redis://127.0.0.1:1"), "nowhere")
    assert await backlog(nowhere) is None
    await nowhere.close()


async def test_what_waits_is_told_as_a_metric_with_the_age_of_the_oldest(services: Services) -> None:
    await accept(services.store, "another", "hello", services.clock() - 70)
    await Health(services, Scheduler()).measure()
    told = services.metrics.text().decode().splitlines()
    assert "yingda_unanswered 1.0" in told
    assert "yingda_unanswered_oldest_seconds 70.0" in told
    await services.store.client.flushall()
    await Health(services, Scheduler()).measure()
    assert "yingda_unanswered_oldest_seconds 0.0" in services.metrics.text().decode().splitlines()
