"""Everything that is kept works on a cluster, where keys of different conversations lie on different servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.domain.message import Conversation
from bot.queue.replica import Presence, Replica
from bot.services import Services
from bot.storage.chat_migration import move_chat
from bot.storage.store import Store, make_client
from tests.bot.turn.test_dispatcher import Scene
from tests.conftest import make_services, make_settings
from tests.people import said
from tests.servers.cluster import cluster

PEOPLE = tuple(f"person-{number}" for number in range(12))


@pytest.fixture(scope="module")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(tmp_path_factory.mktemp("cluster")) as nodes:
        yield nodes.url


@pytest.fixture
async def scene(cluster_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    store = Store(make_client(cluster_url), "cluster")
    await store.client.flushall()
    settings = make_settings(data_dir=tmp_path, content_dir=tmp_path, stages=("commands",))
    async with AsyncExitStack() as closing:
        yield Scene(make_services(store, settings, closing))
    await store.close()


def services(scene: Scene) -> Services:
    return scene.services


async def test_everybody_is_answered_and_remembered_and_nothing_is_left_in_mailboxes(scene: Scene) -> None:
    for person in PEOPLE:
        assert await scene.hears(said("say one", person=person)) == ["echo say one"]
        assert len(await scene.services.memory.read(said("", person=person).conversation)) == 1
    assert not services(scene).store.is_away()
    left = {key.rpartition(":")[2] async for key in scene.services.store.client.scan_iter(count=1000)}
    assert left.isdisjoint({"mail", "shown", "lock"})


async def test_what_another_process_left_is_taken_up(scene: Scene) -> None:
    dead = Scene(scene.services)
    for person in PEOPLE:
        message = said("say one", person=person)
        assert await dead.dispatcher._mailbox.accept(message, message.conversation)
    await scene.dispatcher.sweep()
    await scene.turns.drain(10)
    assert scene.screen.texts == ["echo say one"] * len(PEOPLE)


async def test_a_person_is_forgotten_in_every_chat(scene: Scene) -> None:
    for chat in ("one", "two", "three", "four"):
        await scene.hears(said("say it", chat=chat, addressed=True))
    assert await scene.hears(said("/forget")) == ["Everything kept about you is deleted (4 conversations)."]
    assert not services(scene).store.is_away()


async def test_a_chat_is_moved_with_all_that_is_kept(scene: Scene) -> None:
    await scene.hears(said("/options memory shared", person="root", chat="old", addressed=True))
    await scene.hears(said("say it", chat="old", addressed=True))
    await move_chat(scene.services.store, "test", "old", "new")
    assert await scene.services.memory.read(Conversation("test", "new", "", ""))
    assert (await Scene(scene.services).services.options.of(said("", chat="new"))).memory == "shared"


async def test_replicas_know_of_each_other(scene: Scene) -> None:
    first, second = (Presence(scene.services.store, Replica(name, name)) for name in ("first", "second"))
    await first.announce()
    await second.announce()
    assert second.several
