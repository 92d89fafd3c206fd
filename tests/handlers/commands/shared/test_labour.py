"""Long work: a word about it after two seconds, and then all of it, its picture too; whose turn it is meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from bot.domain.message import Message
from bot.domain.reply import File, Notice, Reply
from bot.services import Services
from bot.storage.store import Store
from handlers.commands.shared.laboratory import laboratory
from handlers.commands.shared.labour import SHORT, Result, labour
from tests.conftest import make_services, make_settings
from tests.people import said
from tests.scene import open_scene

PICTURE = File("a.png", b"", "image/png")
LONG = SHORT + 1


class Bench:
    """Work that is not done before it is let go on, and what was begun in which order."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.begun: list[str] = []
        self.go = threading.Event()

    def work(self, name: str) -> Callable[[], Result]:
        """Return work that waits to be let go on."""

        def work() -> Result:
            self.begun.append(name)
            self.go.wait(30)
            return Result(name)

        return work

    def asked(self, message: Message, name: str, size: int) -> asyncio.Task[Reply]:
        """Let somebody ask for such work."""
        return asyncio.ensure_future(labour(message, self.services, "segment", self.work(name), size=size))

    async def until_begun(self, *names: str) -> None:
        """Wait until these were begun, in this order."""
        async with asyncio.timeout(10):
            while self.begun != list(names):
                await asyncio.to_thread(threading.Event().wait, 0.001)


@pytest.fixture
def bench(services: Services) -> Bench:
    return Bench(services)


async def test_what_is_quick_is_known_at_once(services: Services) -> None:
    reply = await laboratory(said(""), services, "tfidf", lambda: Result("quick", (PICTURE,)))
    assert (reply.text, reply.files, reply.words, reply.markdown) == ("quick", (PICTURE,), None, True)


async def test_what_is_slow_is_announced_and_keeps_its_picture(services: Services) -> None:
    go = threading.Event()

    def work() -> Result:
        go.wait(30)
        return Result("slow", (PICTURE,))

    reply = await laboratory(said(""), services, "tfidf", work)
    assert reply.words is not None
    notice = await anext(reply.words)
    go.set()
    assert isinstance(notice, Notice)
    assert [each async for each in reply.words] == ["slow", PICTURE]
    assert (reply.text, reply.markdown) == ("", True)


async def test_what_is_short_does_not_wait_for_what_is_long(bench: Bench) -> None:
    held = [bench.asked(said("", person=f"p{number}"), "long", LONG) for number in range(12)]
    await bench.until_begun("long")
    reply = await labour(said(""), bench.services, "segment", lambda: Result("short"), size=SHORT)
    assert (reply.text, bench.begun) == ("short", ["long"])
    assert await asyncio.to_thread(lambda: "the loop's own threads are free") is not None
    bench.go.set()
    await asyncio.gather(*held)


async def test_the_shorter_comes_first_and_who_has_had_a_turn_after_all_others(bench: Bench) -> None:
    held = [bench.asked(said("", person="greedy"), f"greedy {number}", LONG + number) for number in range(3)]
    await bench.until_begun("greedy 0")
    held += [bench.asked(said("", person="bob"), "bob", LONG + 9), bench.asked(said(""), "alice", LONG + 8)]
    await asyncio.sleep(0)
    bench.go.set()
    await asyncio.gather(*held)
    assert bench.begun == ["greedy 0", "alice", "bob", "greedy 1", "greedy 2"]


async def test_what_is_stopped_before_its_turn_is_never_begun(bench: Bench) -> None:
    held = [bench.asked(said("", person=name), name, LONG) for name in ("alice", "bob", "eve")]
    await bench.until_begun("alice")
    held[1].cancel()
    await asyncio.wait({held[1]})
    bench.go.set()
    await asyncio.gather(held[0], held[2])
    assert bench.begun == ["alice", "eve"]


async def test_its_threads_end_with_the_bot_and_what_waits_is_not_begun(store: Store) -> None:
    before = set(threading.enumerate())
    closing = AsyncExitStack()
    bench = Bench(make_services(store, make_settings(), closing))
    held = [bench.asked(said("", person=name), name, LONG) for name in ("alice", "bob")]
    await bench.until_begun("alice")
    ending = asyncio.ensure_future(closing.aclose())
    await asyncio.sleep(0)
    bench.go.set()
    await ending
    assert (await held[0]).text == "alice"
    with pytest.raises(asyncio.CancelledError):
        await held[1]
    assert bench.begun == ["alice"]
    assert {each.name for each in set(threading.enumerate()) - before if "labour" in each.name} == set()


async def test_an_ending_that_is_cut_short_ends_the_threads_all_the_same(store: Store) -> None:
    closing = AsyncExitStack()
    bench = Bench(make_services(store, make_settings(), closing))
    held = bench.asked(said(""), "alice", LONG)
    await bench.until_begun("alice")
    [thread] = [each for each in threading.enumerate() if each.name == "labour, long"]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await closing.aclose()
    bench.go.set()
    await asyncio.to_thread(thread.join, 10)
    assert not thread.is_alive()
    assert (await held).text == "alice"


async def test_many_with_the_heaviest_command_keep_nobody_waiting(services: Services) -> None:
    async with open_scene(services) as scene:
        heavy = [said(f"/pos {'魡魇魃鱻麤龘' * 1000}", person=f"p{number}") for number in range(12)]
        light = said("/segment 你好")
        for message in (*heavy, light):
            await scene.dispatcher.receive(message)
        await scene.edge.screen.ends(light)
        ended = set(scene.edge.screen.ended)
        assert len(ended & {each.id for each in heavy}) < 4
