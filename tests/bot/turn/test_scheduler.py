"""When turns run."""

from __future__ import annotations

import asyncio

from bot.turn.scheduler import Scheduler


class Work:
    """Turns that a test holds open and lets end, by name."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.cancelled: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Condition()

    async def run(self, name: str) -> None:
        await self._note(self.begun, name)
        try:
            await self._gate(name).wait()
        except asyncio.CancelledError:
            self.cancelled.append(name)
            raise
        await self._note(self.ended, name)

    def let_end(self, *names: str) -> None:
        for name in names:
            self._gate(name).set()

    async def until(self, names: list[str], expected: set[str]) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: expected <= set(names))

    def _gate(self, name: str) -> asyncio.Event:
        return self._gates.setdefault(name, asyncio.Event())

    async def _note(self, names: list[str], name: str) -> None:
        async with self._changed:
            names.append(name)
            self._changed.notify_all()


async def test_turns_of_a_conversation_follow_each_other() -> None:
    turns, work = Scheduler(), Work()
    for name in ("a1", "a2", "a3"):
        turns.start("a", lambda name=name: work.run(name))  # type: ignore[misc]
    work.let_end("a1", "a2", "a3")
    await work.until(work.ended, {"a1", "a2", "a3"})
    assert work.ended == ["a1", "a2", "a3"]


async def test_a_long_turn_holds_up_nobody_else() -> None:
    turns, work = Scheduler(), Work()
    turns.start("a", lambda: work.run("long"))
    turns.start("b", lambda: work.run("short"))
    work.let_end("short")
    await work.until(work.ended, {"short"})
    assert work.ended == ["short"]
    work.let_end("long")
    assert await turns.drain(5) == 0


async def test_cancelling_ends_the_running_turn_and_drops_the_waiting_ones() -> None:
    turns, work = Scheduler(), Work()
    for name in ("a1", "a2"):
        turns.start("a", lambda name=name: work.run(name))  # type: ignore[misc]
    await work.until(work.begun, {"a1"})
    assert turns.cancel("a") == 2
    turns.start("a", lambda: work.run("a3"))
    work.let_end("a3")
    await work.until(work.ended, {"a3"})
    assert (work.begun, work.cancelled) == (["a1", "a3"], ["a1"])


async def test_draining_lets_turns_end_within_the_grace_period() -> None:
    turns, work = Scheduler(), Work()
    turns.start("a", lambda: work.run("a"))
    work.let_end("a")
    assert await turns.drain(5) == 0
    assert work.ended == ["a"]


async def test_draining_cancels_what_outlasts_the_grace_period() -> None:
    turns, work = Scheduler(), Work()
    turns.start("a", lambda: work.run("a"))
    await work.until(work.begun, {"a"})
    assert await turns.drain(0.01) == 1
    assert work.cancelled == ["a"]


async def test_nothing_is_kept_of_conversations_that_ended() -> None:
    turns, work = Scheduler(), Work()
    for each in range(100):
        work.let_end(str(each))
        turns.start(each, lambda each=each: work.run(str(each)))  # type: ignore[misc]
    await turns.drain(5)
    assert len(turns) == 0
    assert not turns._waiting
    assert not turns._running


async def test_a_failing_turn_is_reported_and_the_next_one_runs() -> None:
    turns, work, reported = Scheduler(), Work(), []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))

    async def fail() -> None:
        raise ValueError

    turns.start("a", fail)
    turns.start("a", lambda: work.run("next"))
    work.let_end("next")
    await turns.drain(5)
    assert work.ended == ["next"]
    assert [type(each) for each in reported] == [ValueError]
