"""Everything that can go wrong between the bot and the model, and what the person hears of it."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.config.catalogue import LANGUAGES
from bot.domain.message import Fact, Person, Quote
from tests.handlers.stages.talk import GROUP, Talk, Talking
from tests.servers.openai import KEY, MALFORMED, Cut, Finish, OpenAI, Raw, Stall

SECRET = "Zaphod's towel"

REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"status": 401, "code": "invalid_api_key", "message": f"Incorrect API key provided: {KEY}"}, "chat.key_refused"),
    ({"status": 402, "message": "Insufficient Balance"}, "chat.quota"),
    ({"status": 403, "code": "unsupported_country_region_territory"}, "chat.forbidden"),
    ({"status": 404, "code": "model_not_found"}, "chat.no_model"),
    ({"status": 400, "code": "context_length_exceeded"}, "chat.too_long"),
    ({"status": 400, "message": "This model's maximum context length is 8192 tokens"}, "chat.too_long"),
    ({"status": 400, "code": "content_filter"}, "chat.filtered"),
    ({"status": 400, "message": "Content Exists Risk"}, "chat.filtered"),
    ({"status": 400, "message": f"I don't like {SECRET}"}, "chat.refused"),
    ({"status": 418, "body": "<html>teapot</html>"}, "chat.refused"),
    ({"status": 200, "body": "<!doctype html><title>Welcome</title>"}, "chat.web_page"),
    ({"status": 429, "code": "rate_limit_exceeded"}, "chat.busy"),
    ({"status": 429, "code": "rate_limit_exceeded", "headers": {"Retry-After": "61.2"}}, "chat.busy_seconds"),
    ({"status": 429, "code": "insufficient_quota", "headers": {"Retry-After": "0"}}, "chat.quota"),
]


@pytest.mark.parametrize(("refusal", "key"), REFUSALS)
async def test_a_refusal_is_told_plainly_and_logged_once(talk: Talk, refusal: dict[str, Any], key: str) -> None:
    talk.server.refuse(**refusal)
    heard = await talk.hear(SECRET)
    assert (heard.key, heard.pieces, len(talk.server.calls)) == (key, (), 1)
    (event,) = talk.events("model failed")
    seen = (refusal["status"], "req_test") if refusal["status"] >= 400 else (None, None)
    assert (event["reason"], event.get("status"), event.get("request")) == (key, *seen)


@pytest.mark.parametrize("status", [500, 502, 503, 529])
async def test_a_servers_error_is_tried_once_more(talk: Talk, status: int) -> None:
    talk.server.refuse(status, headers={"Retry-After": "0"})
    talk.server.say("here I am")
    assert (await talk.hear("hi")).text == "here I am"
    assert talk.events("model failed") == []


async def test_an_error_that_comes_as_a_success_is_tried_once_more_too(talk: Talk) -> None:
    talk.server.refuse(200, kind="server_error", message="overloaded")
    talk.server.say("here I am")
    assert (await talk.hear("hi")).text == "here I am"


async def test_a_servers_second_error_is_the_last(talk: Talk) -> None:
    for _ in range(2):
        talk.server.refuse(500, headers={"Retry-After": "0"})
    assert (await talk.hear("hi")).key == "chat.down"
    assert len(talk.server.calls) == 2


async def test_too_many_requests_wait_as_long_as_asked_and_try_once_more(talk: Talk) -> None:
    talk.server.refuse(429, "rate_limit_exceeded", headers={"Retry-After": "0.01"})
    talk.server.say("now")
    assert (await talk.hear("hi")).text == "now"


async def test_no_wait_at_all_is_a_wait_too(talk: Talk) -> None:
    talk.server.refuse(429, headers={"Retry-After": "0"})
    assert (await talk.hear("hi")).sorry == ""


async def test_a_long_wait_is_told_in_seconds(talk: Talk) -> None:
    talk.server.refuse(429, headers={"Retry-After": "61.2"})
    assert "in 62 s" in (await talk.hear("hi")).sorry


async def test_too_long_a_prompt_is_asked_again_with_the_newer_half_of_its_history(talk: Talk) -> None:
    for number in range(4):
        await talk.remember(f"question {number}", "answer")
    talk.server.refuse(400, "context_length_exceeded")
    talk.server.say("short enough")
    assert (await talk.hear("hi")).text == "short enough"
    first, second = talk.server.prompts
    assert (len(first), len(second)) == (1 + 8 + 1, 1 + 4 + 1)
    assert second[1]["content"] == "question 2"


async def test_too_long_a_prompt_is_halved_until_it_fits_and_the_next_fits_at_once(talk: Talk) -> None:
    for number in range(6):
        await talk.remember(f"question {number}" + "?" * 900, "answer")
    talk.server.window = 2500
    assert [(await talk.hear("hi")).sorry for _ in range(2)] == ["", ""]
    assert [len(prompt) for prompt in talk.server.prompts] == [14, 8, 4, 4]


async def test_a_long_answer_loses_its_middle_where_it_is_too_long_and_others_lose_nothing(talk: Talk) -> None:
    talk.server.window = 3000
    await talk.remember("Write an essay", "Head " + "and body " * 900 + "tail")
    assert (await talk.hear("Translate that")).sorry == ""
    question, answer = (each["content"] for each in talk.server.prompts[-1][1:-1])
    assert (question, answer[:5], answer[-4:]) == ("Write an essay", "Head ", "tail")
    await talk.remember("My name is Ann", "Hello!" * 50, chat=GROUP)
    assert (await talk.hear("Who am I?", chat=GROUP)).sorry == ""
    assert talk.server.prompts[-1][1]["content"] == "My name is Ann"


@pytest.mark.parametrize("window", [2000, 4000])
async def test_what_stands_around_the_question_is_shortened_where_no_history_is_left(talk: Talk, window: int) -> None:
    facts = tuple(Fact(f"f{number}", f"q{number}", "f" * 1500, 0.4, "f") for number in range(5))
    quote = Quote("9", "z" * 2000, Person("3", "Eve"))
    await talk.remember("question", "answer")
    talk.server.window = window + len(talk.services.texts.say("en", "chat.system"))
    assert (await talk.hear("true?", facts=facts, quote=quote)).sorry == ""
    system, question = talk.server.prompts[-1]
    assert (system["content"].count("f" * 500), "f" * 501 in system["content"]) == (2, False)
    assert ("z" * 2000 in question["content"]) == (window == 4000)
    assert question["content"].endswith("\n\ntrue?")


async def test_a_question_too_long_by_itself_is_told_and_leaves_the_next_as_it_is(talk: Talk) -> None:
    await talk.remember("question", "answer")
    talk.server.window = 5000
    assert (await talk.hear("?" * 9000)).key == "chat.too_long"
    assert [len(prompt) for prompt in talk.server.prompts] == [4, 2]
    assert (await talk.hear("hi")).sorry == ""
    assert len(talk.server.prompts[-1]) == 4


BROKEN: list[tuple[tuple[Any, ...], str]] = [
    ((Cut(),), "chat.unreachable"),
    ((MALFORMED,), "chat.broken"),
    ((Raw(b"data: \xff\xfe\n\n"),), "chat.broken"),
    ((Finish(None),), "chat.broken"),
    ((Finish(None, done=False),), "chat.broken"),
    ((Finish("length"),), "chat.cut_short"),
    ((Finish("content_filter"),), "chat.filtered"),
    ((Raw(b'data: {"error": {"message": "oops", "type": "server_error"}}\n\n'),), "chat.down"),
    ((Raw(b'data: {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}\n\n'),), "chat.busy"),
    ((Raw(b'data: {"error": "what?"}\n\n'),), "chat.broken"),
]


@pytest.mark.parametrize(("steps", "key"), BROKEN)
async def test_what_came_of_a_broken_answer_stays_and_the_reason_is_told(
    talk: Talk, steps: tuple[Any, ...], key: str
) -> None:
    talk.server.say("The towel ", "is", *steps)
    heard = await talk.hear("hi")
    assert (heard.text, heard.key) == ("The towel is", key)
    assert [event["reason"] for event in talk.events("model failed")] == [key]
    assert talk.events("model answered") == []


@pytest.mark.parametrize("steps", [(), ("", " \n")])
async def test_an_empty_answer_is_told_as_such(talk: Talk, steps: tuple[str, ...]) -> None:
    talk.server.say(*steps, Finish())
    assert (await talk.hear("hi")).key == "chat.empty"


@pytest.mark.parametrize(
    "junk", [b": ping\n\n", b"data: []\n\n", b'data: {"choices": null}\n\n', b"data: 7\n\n", b"data: null\n\n"]
)
async def test_what_means_nothing_in_a_stream_is_passed_over(talk: Talk, junk: bytes) -> None:
    talk.server.say("a", Raw(junk), Raw(b'data: {"choices": [{"delta": null}]}\n\n'), "b")
    assert (await talk.hear("hi")).text == "ab"


async def test_a_whole_answer_without_done_is_whole(talk: Talk) -> None:
    talk.server.say("whole", Finish(done=False))
    assert (await talk.hear("hi")).sorry == ""


async def test_a_whole_answer_whose_connection_is_cut_after_it_is_whole(talk: Talk) -> None:
    talk.server.say("whole", Finish(done=False), Cut())
    assert (await talk.hear("hi")).sorry == ""


async def test_a_model_that_falls_silent_is_left(talks: Talking, server: OpenAI) -> None:
    server.say("The answer is", Stall())
    async with talks(server, openai_stall_timeout=0.2) as talk:
        heard = await talk.hear("hi")
        await server.calls[0].closed.wait()
    assert (heard.text, heard.sorry) == ("The answer is", "The language model fell silent for 0.2 s.")


async def test_a_model_that_never_begins_is_left(talks: Talking, server: OpenAI) -> None:
    server.hang()
    async with talks(server, openai_timeout=0.2) as talk:
        heard = await talk.hear("hi")
        await server.calls[0].closed.wait()
    assert heard.sorry == "The language model did not answer within 0.2 s. Please try again."
    assert len(server.calls) == 1


async def test_an_endpoint_that_is_not_there_is_told(talks: Talking, server: OpenAI) -> None:
    async with talks(server, openai_base_url="http://127.0.0.1:9/v1") as talk:
        heard = await talk.hear("hi")
    assert heard.key == "chat.unreachable"
    assert talk.events("model failed")[0]["error"] == "APIConnectionError"


@pytest.mark.parametrize("field", ["stream_options", "safety_identifier", "temperature", "logit_bias", "stop", "seed"])
async def test_a_field_that_the_endpoint_does_not_know_is_left_out_from_then_on(talks: Talking, field: str) -> None:
    settings = {"openai_temperature": 1, "openai_logit_bias": {"1": 1}, "openai_stop": "x", "openai_seed": 1}
    async with OpenAI(unknown={field}) as server, talks(server, **settings) as talk:
        answers = [(await talk.hear("hi")).sorry for _ in range(2)]
    assert answers == ["", ""]
    assert [field in call.body for call in server.calls] == [True, False, False]
    assert [event["field"] for event in talk.events("the model's endpoint does not take a field")] == [field]


@pytest.mark.parametrize("field", ["enable_thinking", "thinking", "top-k"])
async def test_a_refused_field_of_the_owners_is_left_out_and_named_in_the_log(talks: Talking, field: str) -> None:
    async with OpenAI() as server, talks(server, openai_extra_body={field: "x"}) as talk:
        answers = [(await talk.hear("hi")).sorry for _ in range(2)]
    assert answers == ["", ""]
    assert [field in call.body for call in server.calls] == [True, False, False]
    (event,) = talk.events("the model's endpoint does not take a field")
    assert (event["field"], event["log_level"]) == (field, "warning")


async def test_an_old_endpoint_gets_the_old_names(talks: Talking) -> None:
    unknown = {"max_completion_tokens", "safety_identifier", "stream_options"}
    async with OpenAI(unknown=unknown) as server, talks(server, openai_max_tokens=9) as talk:
        assert (await talk.hear("hi")).sorry == ""
    last = server.calls[-1].body
    assert (last["max_tokens"], len(last["user"]), len(server.calls)) == (9, 64, 4)


async def test_neither_key_nor_words_are_ever_logged(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fact = Fact("f", SECRET, SECRET, 0.1, "f")
    for refusal, _ in REFUSALS:
        talk.server.refuse(**{**refusal, "message": f"{refusal.get('message', '')} {KEY} {SECRET}"})
        await talk.hear(SECRET, facts=(fact,))
    for steps, _ in BROKEN:
        talk.server.say(SECRET, *steps)
        await talk.hear(SECRET)
    assert len(talk.events("model failed")) == len(REFUSALS) + len(BROKEN)
    assert KEY not in caplog.text + str(talk.log)
    assert SECRET not in caplog.text + str(talk.log)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_sentence_is_there_in_every_language(talk: Talk, language: str) -> None:
    ours = {key for key in talk.services.texts.keys["en"] if key.startswith("chat.")}
    assert ours <= talk.services.texts.keys[language]
    for refusal, _ in REFUSALS:
        talk.server.refuse(**refusal)
        assert (await talk.hear("hi", language=language)).sorry
