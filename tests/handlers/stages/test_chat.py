"""The model's stage against a loopback OpenAI, as the dispatcher uses it."""

from __future__ import annotations

from tests.handlers.stages.talk import Talk


async def test_the_model_answers_in_the_pieces_it_sends(talk: Talk) -> None:
    talk.server.say("你", "好", "！")
    assert (await talk.hear("在吗？")).pieces == ("你", "好", "！")
