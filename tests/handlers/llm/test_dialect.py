from __future__ import annotations

import pytest

from bot.config.settings import read_settings
from handlers.llm.dialect import Dialect, refused

SENT = dict.fromkeys(
    ("model", "messages", "stream", "stream_options", "safety_identifier", "stop", "seed", "temperature")
)


@pytest.mark.parametrize(
    ("body", "param", "field"),
    [
        ({"message": "Unrecognized request argument supplied: safety_identifier"}, None, "safety_identifier"),
        ({"message": "Unsupported value: 'temperature' does not support 0.5"}, "temperature", "temperature"),
        ({"detail": [{"type": "extra_forbidden", "loc": ["body", "stop"]}]}, None, "stop"),
        ({"message": "property 'seed' is unsupported"}, None, "seed"),
        ({"message": "Unsupported parameter."}, "stream_options.include_usage", "stream_options"),
        ("stream_options is not supported", None, "stream_options"),
        ('Unknown name "safety_identifier": Cannot find field.', None, "safety_identifier"),
    ],
)
def test_a_refused_field_is_recognised_in_what_endpoints_say(body: object, param: str | None, field: str) -> None:
    assert refused(SENT, body, param) == field


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"message": "temperature must be at most 2"}, "temperature"),
        ({"message": "Unsupported model: please stop and seed another"}, None),
        ({"message": "'messages' is not supported"}, "messages"),
        ({"message": "unknown parameter: 'tools'"}, "tools"),
        (None, None),
    ],
)
def test_other_refusals_are_about_no_field_of_ours(body: object, param: str | None) -> None:
    assert refused(SENT, body, param) is None


def test_the_settings_of_one_person_do_not_reach_the_next_request() -> None:
    dialect = Dialect(read_settings(openai_seed=1))
    first = dialect.request([{"role": "user", "content": "a"}], "first")
    second = dialect.request([], "second")
    assert (first["safety_identifier"], second["safety_identifier"], second["messages"]) == ("first", "second", [])
