"""What `check` finds of the model: one real question to a loopback OpenAI."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from bot.domain.errors import Apology
from tests.handlers.stages.talk import Talk, Talking
from tests.servers.openai import KEY, MODEL, Finish, OpenAI

SETTINGS = {"openai_temperature": 0.5, "openai_max_tokens": 100, "openai_stop": "END", "openai_extra_body": {"seed": 7}}


async def test_the_probe_names_model_and_address_and_how_soon_it_answers(talk: Talk) -> None:
    told = await talk.stage.probe()
    assert re.fullmatch(rf"{talk.server.url} 上的 {MODEL} 可以使用；[\d.]+ 秒后开始回答", told)


async def test_the_probe_asks_with_the_owners_settings_and_nothing_private(talks: Talking, server: OpenAI) -> None:
    async with talks(server, **SETTINGS, openai_system_prompt="Our members are Ann and Bob.") as talk:
        await talk.hear("hi")
        await talk.stage.probe()
    asked, checked = (call.body for call in server.calls if call.path.endswith("/chat/completions"))
    assert {**asked, "messages": 0, "safety_identifier": 0} == {**checked, "messages": 0, "safety_identifier": 0}
    assert server.prompts[1][-1]["content"] == "ping"
    assert "Ann" not in str(checked)


@pytest.mark.parametrize(
    ("settings", "key"),
    [({"openai_api_key": "other"}, "chat.key_refused"), ({"openai_model": "gone"}, "chat.no_model")],
)
async def test_the_probe_says_what_is_wrong(talks: Talking, server: OpenAI, settings: dict[str, str], key: str) -> None:
    async with talks(server, **settings) as talk:
        with pytest.raises(Apology, match=key):
            await talk.stage.probe()


@pytest.mark.parametrize(
    ("refusal", "key", "words"),
    [
        (
            {"status": 402, "message": f"Insufficient Balance of {KEY}"},
            "chat.quota",
            "Insufficient Balance of [secret]",
        ),
        ({"status": 400, "message": "invalid temperature:\n only 1"}, "chat.refused", "invalid temperature: only 1"),
        ({"status": 422, "body": '{"detail": [{"loc": ["n"]}]}'}, "chat.refused", '[{"loc": ["n"]}]'),
        ({"status": 403, "body": "<html><title>Just a moment…</title><p>x"}, "chat.forbidden", "Just a moment…"),
        ({"status": 400, "body": "{" + "x" * 5000}, "chat.refused", "{" + "x" * 299 + "…"),
        ({"status": 200, "body": "<!doctype html><title>Welcome</title>"}, "chat.web_page", ""),
        ({"status": 200, "message": "no channel is free"}, "chat.broken", "no channel is free"),
        ({"status": 200, "code": "insufficient_quota", "message": "x"}, "chat.quota", "x"),
        ({"status": 200, "body": '{"error": "what?"}'}, "chat.broken", "what?"),
        ({"status": 200, "body": '{"object": "error", "message": "engine died"}'}, "chat.broken", "engine died"),
        ({"status": 200, "body": "{"}, "chat.broken", ""),
    ],
)
async def test_the_probe_quotes_what_the_endpoint_says_of_a_chat(
    talk: Talk, refusal: dict[str, Any], key: str, words: str
) -> None:
    talk.server.refuse(**refusal)
    with pytest.raises(Apology, match=key) as sorry:
        await talk.stage.probe()
    assert sorry.value.values["words"] == words


async def test_the_probe_tells_the_networks_words_where_nobody_is(talks: Talking, server: OpenAI) -> None:
    async with talks(server, openai_base_url="http://127.0.0.1:9/v1") as talk:
        with pytest.raises(Apology, match=r"chat\.unreachable") as sorry:
            await talk.stage.probe()
    assert "connection" in str(sorry.value.values["words"])


async def test_the_probe_finds_a_model_that_can_only_be_listed(talk: Talk) -> None:
    talk.server.say("pong")
    talk.server.refuse(404, "not_found")
    assert "/models" not in await talk.stage.probe()


@pytest.mark.parametrize("refusal", [{"status": 404}, {"status": 200, "body": "<html>Welcome</html>"}])
async def test_an_endpoint_that_lists_no_models_is_fine_where_it_answers(talk: Talk, refusal: dict[str, Any]) -> None:
    talk.server.say("pong")
    for _ in range(2):
        talk.server.refuse(**refusal)
    assert (await talk.stage.probe()).endswith("；/models 里没有它，不要紧")


async def test_the_probe_tells_of_thinking_in_the_answer(talk: Talk) -> None:
    talk.server.say("<th", "ink>", "hm", "</think>", "pong")
    assert "；思考过程混在回答里" in await talk.stage.probe()


async def test_the_probe_names_every_field_that_is_not_taken(talks: Talking) -> None:
    settings = {"openai_temperature": 0.3, "openai_extra_body": {"enable_thinking": False}}
    async with OpenAI(unknown={"temperature", "stream_options"}) as server, talks(server, **settings) as talk:
        told = await talk.stage.probe()
    assert "；没有报告 token 用量；接口不接受、已略去：" in told
    assert set(told.rpartition("：")[2].split(", ")) == {"enable_thinking", "temperature", "stream_options"}


@pytest.mark.parametrize("start", ["", "<think>"])
async def test_the_probe_hears_no_more_than_it_needs(talks: Talking, start: str) -> None:
    words = itertools.chain((start,), itertools.repeat("哈哈哈，"))
    async with OpenAI(words=lambda _: words) as server, talks(server) as talk:
        assert "可以使用" in await talk.stage.probe()
        await server.calls[0].closed.wait()


async def test_an_answer_cut_by_the_owners_limit_is_an_answer_if_it_has_words(talk: Talk) -> None:
    talk.server.say("po", Finish("length"))
    assert "可以使用" in await talk.stage.probe()
    talk.server.say(Finish("length"))
    with pytest.raises(Apology, match=r"chat\.cut_short"):
        await talk.stage.probe()


async def test_the_probe_waits_as_long_as_an_answer_may_take_to_begin(talks: Talking, server: OpenAI) -> None:
    server.hang()
    async with talks(server, openai_timeout=0.2) as talk:
        with pytest.raises(Apology, match=r"chat\.timeout"):
            await talk.stage.probe()
