"""Many at once: who is served when, who is told to wait, and what cancelling closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import pytest

from bot.domain.reply import Notice, Reply
from tests.handlers.stages.talk import Talk, Talking, message
from tests.servers.openai import OpenAI, Pause, Stall


@pytest.fixture
async def narrow(talks: Talking, server: OpenAI) -> AsyncIterator[Talk]:
    async with talks(server, openai_parallel=1) as opened:
        yield opened


async def test_fifty_callers_are_served_in_their_order_three_at_once(talks: Talking, server: OpenAI) -> None:
    gates = [asyncio.Event() for _ in range(50)]
    for gate in gates:
        server.say("one", Pause(gate), "two")
    async with talks(server, openai_parallel=3) as talk, asyncio.TaskGroup() as group:
        tasks = [group.create_task(talk.hear(f"caller {number:02}")) for number in range(50)]
        await server.arrived(3)
        for number in range(3, 50):
            gates[number - 3].set()
            call = await server.arrived(number + 1)
            assert call.body["messages"][-1]["content"].endswith(f"caller {number:02}")
        for gate in gates:
            gate.set()
    assert [task.result().text for task in tasks] == ["onetwo"] * 50
    assert server.most == 3


async def test_who_waits_long_is_told_the_place_in_the_queue(narrow: Talk) -> None:
    go = asyncio.Event()
    narrow.server.say("first", Pause(go))
    async with asyncio.TaskGroup() as group:
        first = group.create_task(narrow.hear("1"))
        await narrow.server.arrived(1)
        waiting = await words(narrow, "2")
        notice = await anext(waiting)
        go.set()
        await first
        rest = [each async for each in waiting]
    assert notice == Notice("Others are waiting for an answer too; you are number 1.")
    assert "".join(str(each) for each in rest) == "好的，这是一个回答。Here is an answer. "


async def test_stopping_closes_the_stream_at_once_and_frees_the_slot(narrow: Talk) -> None:
    narrow.server.say("I was just about to", Stall())
    task = asyncio.ensure_future(narrow.hear("1"))
    call = await narrow.server.arrived(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await call.closed.wait()
    assert task.cancelled()
    assert (await narrow.hear("2")).sorry == ""


async def test_stopping_before_the_first_word_closes_the_request(narrow: Talk) -> None:
    narrow.server.hang()
    task = asyncio.ensure_future(narrow.hear("1"))
    call = await narrow.server.arrived(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await call.closed.wait()
    assert (await narrow.hear("2")).sorry == ""


async def test_who_stops_waiting_leaves_the_queue(narrow: Talk) -> None:
    go = asyncio.Event()
    narrow.server.say("first", Pause(go))
    first = asyncio.ensure_future(narrow.hear("1"))
    await narrow.server.arrived(1)
    impatient, patient = (asyncio.ensure_future(narrow.hear(text)) for text in ("2", "3"))
    await asyncio.wait((impatient, patient), timeout=0.01)
    impatient.cancel()
    go.set()
    await asyncio.gather(first, patient)
    assert [prompt[-1]["content"][-1] for prompt in narrow.server.prompts] == ["1", "3"]


async def test_an_answer_left_in_the_middle_is_closed(narrow: Talk) -> None:
    narrow.server.say("one", "two", Stall())
    async with aclosing(await words(narrow, "1")) as coming:
        assert await anext(coming) == "one"
    await narrow.server.calls[0].closed.wait()
    assert (await narrow.hear("2")).sorry == ""


async def test_an_answer_nobody_holds_any_more_is_closed(narrow: Talk) -> None:
    narrow.server.say("one", Stall())
    coming = await words(narrow, "1")
    assert await anext(coming) == "one"
    del coming
    await narrow.server.calls[0].closed.wait()
    assert (await narrow.hear("2")).sorry == ""


async def test_a_failed_answer_frees_its_slot(narrow: Talk) -> None:
    for _ in range(3):
        narrow.server.refuse(401)
        assert (await narrow.hear("hi")).key == "chat.key_refused"
    assert (await narrow.hear("hi")).sorry == ""


async def words(talk: Talk, text: str) -> AsyncGenerator[str | Notice, None]:
    reply = await talk.stage(message(text))
    assert isinstance(reply, Reply)
    assert isinstance(reply.words, AsyncGenerator)
    return reply.words
