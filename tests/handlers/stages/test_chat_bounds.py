"""What ends an answer that the model does not end: its length, its time, and a loop."""

from __future__ import annotations

import itertools

import pytest

from tests.handlers.stages.talk import Talking
from tests.servers.openai import Delta, OpenAI, Step

PROSE = [f"Sentence {number} is its own. " for number in range(2000)]
REASONS = [Delta({"reasoning_content": each}) for each in ("Wait, ", "but ", "what if? ")]


async def test_an_answer_ends_at_its_longest(talks: Talking) -> None:
    async with OpenAI(words=lambda _: itertools.cycle(PROSE)) as server:
        async with talks(server, openai_answer_characters=1000) as talk:
            heard = await talk.hear("hi")
        await server.calls[0].closed.wait()
    assert (heard.text, heard.key) == ("".join(PROSE)[:1000], "chat.cut_short")


async def test_where_a_piece_ends_at_the_longest_no_other_follows(talks: Talking, server: OpenAI) -> None:
    server.say("a" * 10, "b", "c" * 20, "d")
    async with talks(server, openai_answer_characters=10) as talk:
        heard = await talk.hear("hi")
    assert (heard.text, heard.key) == ("a" * 10, "chat.cut_short")


async def test_an_answer_of_just_that_length_is_whole(talks: Talking, server: OpenAI) -> None:
    server.say("a" * 6, "b" * 4)
    async with talks(server, openai_answer_characters=10) as talk:
        heard = await talk.hear("hi")
    assert (heard.text, heard.sorry) == ("a" * 6 + "b" * 4, "")


async def test_what_was_thought_does_not_count(talks: Talking, server: OpenAI) -> None:
    server.say("<think>", *"hm" * 20, "</think>", "hm" * 20, "</think>", "Yes.")
    async with talks(server, openai_answer_characters=50) as talk:
        heard = await talk.hear("hi")
    assert (heard.text, heard.sorry) == ("Yes.", "")


@pytest.mark.parametrize("loop", [["哈哈哈，" * 20], ["I ", "am ", "sorry. "], REASONS, ["<think>", *["hm "] * 2000]])
async def test_a_loop_is_left_and_told(talks: Talking, loop: list[Step]) -> None:
    async with OpenAI(words=lambda _: itertools.cycle(loop)) as server, talks(server) as talk:
        heard = await talk.hear("hi")
        await server.calls[0].closed.wait()
    assert heard.sorry == "The language model kept repeating itself, and was stopped."
    assert len(heard.text) < 2500


async def test_what_was_asked_to_be_repeated_is_said_to_the_end(talks: Talking, server: OpenAI) -> None:
    server.say(*["我爱你！"] * 100)
    async with talks(server) as talk:
        heard = await talk.hear("hi")
    assert (heard.text, heard.sorry) == ("我爱你！" * 100, "")


@pytest.mark.parametrize(("piece", "said"), [("a ", True), (REASONS[0], False)])
async def test_an_answer_has_so_much_time_and_no_more(talks: Talking, piece: Step, *, said: bool) -> None:
    async with OpenAI(delay=0.05, words=lambda _: [piece] * 100) as server:
        async with talks(server, openai_answer_seconds=0.5) as talk:
            heard = await talk.hear("hi")
        await server.calls[0].closed.wait()
    assert (heard.sorry, bool(heard.text)) == ("The language model was not done within 0.5 s.", said)
