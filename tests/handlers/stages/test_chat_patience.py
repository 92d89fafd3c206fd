"""How long the model is waited for: until it begins, and between what it says and thinks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.handlers.stages.talk import Heard, Talking
from tests.servers.openai import Delta, Finish, OpenAI, Pause, Raw, Stall, Step

KEEP_ALIVE = Raw(b": keep-alive\n\n")
NOTHING = Delta({"content": ""})
THOUGHT = Delta({"reasoning_content": "hm"})
STOP = Delta({}, "stop")


async def hear(talks: Talking, server: OpenAI, *, begins: float = 0.3, pauses: float = 0.3, **settings: Any) -> Heard:
    chosen = {"openai_timeout": begins, "openai_stall_timeout": pauses, **settings}
    async with talks(server, **chosen) as talk:
        return await talk.hear("hi")


@pytest.mark.parametrize("before", [(), (KEEP_ALIVE,), (NOTHING,)])
async def test_the_first_word_may_take_longer_than_a_pause(
    talks: Talking, server: OpenAI, before: tuple[Step, ...]
) -> None:
    go = asyncio.Event()
    asyncio.get_running_loop().call_later(0.4, go.set)
    server.say(*before, Pause(go), "Yes.")
    assert (await hear(talks, server, begins=10, pauses=0.1)).text == "Yes."


@pytest.mark.parametrize("sign", [KEEP_ALIVE, NOTHING])
async def test_what_says_nothing_is_no_beginning(talks: Talking, sign: Step) -> None:
    async with OpenAI(delay=0.05, words=lambda _: [sign] * 100) as server:
        heard = await hear(talks, server, pauses=10)
    assert heard.sorry == "The language model did not answer within 0.3 s. Please try again."


async def test_headers_are_no_beginning(talks: Talking, server: OpenAI) -> None:
    server.say(Stall())
    assert (await hear(talks, server, pauses=10)).key == "chat.timeout"


async def test_another_try_has_no_more_time_than_the_first(talks: Talking, server: OpenAI) -> None:
    server.refuse(429, headers={"Retry-After": "5"})
    assert (await hear(talks, server)).key == "chat.timeout"


@pytest.mark.parametrize("sign", [THOUGHT, "<think>", "a"])
async def test_thoughts_and_words_are_signs_of_life(talks: Talking, sign: Step) -> None:
    async with OpenAI(delay=0.05, words=lambda _: [sign] * 20) as server:
        heard = await hear(talks, server)
    assert heard.key in ("", "chat.empty")


@pytest.mark.parametrize("sign", [THOUGHT, "a"])
@pytest.mark.parametrize("nothing", [KEEP_ALIVE, NOTHING])
async def test_after_them_silence_is_silence(talks: Talking, sign: Step, nothing: Step) -> None:
    async with OpenAI(delay=0.05, words=lambda _: [sign, *[nothing] * 100]) as server:
        heard = await hear(talks, server, begins=10)
    assert heard.key == "chat.stalled"


@pytest.mark.parametrize(
    ("steps", "key"),
    [
        (("a", STOP, Stall()), ""),
        ((Delta({"content": "a"}, "stop"), Stall()), ""),
        (("a", STOP, "b", Stall()), "chat.stalled"),
        ((Delta({"content": "a"}, "stop"), Delta({"content": "b"}, "stop"), Stall()), "chat.stalled"),
        (("a", STOP, "b", STOP, Stall()), ""),
        (("a", STOP, "b", Finish()), ""),
    ],
)
async def test_an_answer_that_goes_on_after_its_end_has_not_ended(
    talks: Talking, server: OpenAI, steps: tuple[Step, ...], key: str
) -> None:
    server.say(*steps)
    assert (await hear(talks, server)).key == key
