"""Models that think before they answer: their thoughts are never shown, nor kept, nor sent back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.reply import Reply, Retraction
from tests.handlers.stages.talk import Talk, Talking, message
from tests.servers.openai import Delta, Finish, OpenAI, Step

SECRET = "hunter2"
REASONING = Delta({"reasoning_content": SECRET})
ANSWERS: list[tuple[Step, ...]] = [
    ("<th", f"ink>{SECRET}</thi", "nk>\n\nYes."),
    ("<think>\n\n</think>\n\nYes.",),
    (f"{SECRET}\n</think>\n\n", "Yes."),
    (f"<|channel|>analysis<|message|>{SECRET}<|end|><|start|>assistant<|channel|>final<|message|>", "Yes.<|return|>"),
    (Delta({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": SECRET}]}]}),
     Delta({"content": [{"type": "text", "text": "Ye"}, {"type": "text", "text": "s."}]})),
    (REASONING, "Yes."),
    (Delta({"reasoning": SECRET, "content": None}), "Yes."),
]  # fmt: skip


@pytest.mark.parametrize("steps", ANSWERS)
async def test_thoughts_are_not_heard(talk: Talk, steps: tuple[Step, ...]) -> None:
    talk.server.say(*steps)
    heard = await talk.hear("hi")
    assert (heard.text, heard.sorry) == ("Yes.", "")


@pytest.mark.parametrize(
    ("steps", "key"),
    [
        ((f"<think>{SECRET}",), "chat.empty"),
        ((f"<think>{SECRET}", Finish("length")), "chat.only_thought"),
        ((REASONING, Finish("length")), "chat.only_thought"),
        ((f"{SECRET}\n</think>\n\n",), "chat.empty"),
        ((f"<think>{SECRET}", Finish("content_filter")), "chat.filtered"),
    ],
)
async def test_thoughts_alone_are_no_answer(talk: Talk, steps: tuple[Step, ...], key: str) -> None:
    talk.server.say(*steps)
    heard = await talk.hear("hi")
    assert (heard.text.strip(), heard.key) == ("", key)


async def test_after_one_thought_that_was_never_opened_they_are_held_back(talk: Talk) -> None:
    async def pieces() -> list[object]:
        talk.server.say(SECRET, "\n</think>\n\n", "Yes.")
        reply = await talk.stage(message("hi"))
        assert isinstance(reply, Reply)
        assert reply.words is not None
        return [each async for each in reply.words]

    assert await pieces() == [SECRET, Retraction(""), "Yes."]
    assert await pieces() == ["Yes."]


@pytest.mark.parametrize("text", ["Write `<think>` first.", "First <think>, then </think>.", "```\n</think>\n```"])
async def test_marks_that_are_talked_about_stay(talk: Talk, text: str) -> None:
    talk.server.say(*text)
    assert (await talk.hear("hi")).text == text


async def test_who_waits_for_a_thought_is_told(talks: Talking) -> None:
    words = ["<think>", *"." * 35, "</think>", "Yes."]
    async with OpenAI(delay=0.1, words=lambda _: words) as server, talks(server) as talk:
        heard = await talk.hear("hi")
    assert (heard.text, heard.notices) == ("Yes.", ("Thinking…",))


@pytest.mark.parametrize(
    ("halves", "whole"),
    [
        (("\ud83d", "\ude00"), "😀"),
        (("a\ud83d", "b"), "a\ufffdb"),
        (("a", "\ude00"), "a\ufffd"),
        (("\ud83d",), "\ufffd"),
    ],
)
async def test_an_emoji_in_two_pieces_is_one_and_half_of_one_is_marked(
    talk: Talk, halves: tuple[str, ...], whole: str
) -> None:
    talk.server.say(*halves)
    assert (await talk.hear("hi")).text == whole


async def test_thoughts_are_never_logged(talk: Talk, caplog: Any) -> None:
    for steps in ANSWERS:
        talk.server.say(*steps)
        await talk.hear("hi")
    assert SECRET not in caplog.text + str(talk.log)
