from __future__ import annotations

import json

import pytest
from openai.types.shared import chat_model

from bot.config.settings import Settings, SettingsError, read_settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("openai_api_key", "my key"),
        ("openai_api_key", "密钥"),
        ("openai_base_url", "localhost:11434"),
        ("openai_base_url", "ftp://host/v1"),
        ("openai_base_url", "http://host:port/v1"),
        ("openai_base_url", "http://ho st/v1"),
        ("openai_base_url", "http://host/v1\u200b"),
        ("openai_temperature", "3"),
        ("openai_stop", "a,b,c,d,e"),
        ("openai_logit_bias", {"1": 101}),
        ("openai_parallel", "0"),
    ],
)
def test_an_unusable_setting_is_named_and_never_repeated(variable: str, value: object) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(**{variable: value})
    assert str(refused.value).startswith(f"{variable.upper()}: ")
    assert str(value) not in str(refused.value)


def test_a_key_is_taken_without_the_space_around_it() -> None:
    key = read_settings(openai_api_key=" test-key\n").openai_api_key
    assert key is not None
    assert key.get_secret_value() == "test-key"


@pytest.mark.parametrize(
    ("pasted", "taken"),
    [
        (" http://host/v1 \n", "http://host/v1"),
        ("\u3000http://host/v1/", "http://host/v1/"),
        ("https://host/v1/chat/completions", "https://host/v1"),
        ("https://host/v1/chat/completions/ ", "https://host/v1"),
        (
            "https://host/openai/deployments/gpt4/chat/completions?api-version=2024-10-21",
            "https://host/openai/deployments/gpt4?api-version=2024-10-21",
        ),
    ],
)
def test_an_address_is_understood_as_it_is_pasted(pasted: str, taken: str) -> None:
    assert read_settings(openai_base_url=pasted).openai_base_url == taken


@pytest.mark.parametrize("variable", ["OPENAI_EXTRA_BODY", "OPENAI_EXTRA_HEADERS"])
@pytest.mark.parametrize("value", ["hush: no", "{'hush': 'no'}", '["hush"]', '"hush"', "null", "7", '{"hush": NaN}'])
def test_what_is_no_json_object_is_told_with_an_example(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=rf'^{variable}: .*JSON object.*like {{"[^\n]+$') as refused:
        read_settings(_env_file=None)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"X-Hush": 7}, "quotation marks"),
        ({"X-Hush": None}, "quotation marks"),
        ({"X-Hush": {"a": "b"}}, "quotation marks"),
        ({"X-Hush": "hush\r\nHost: other"}, "control characters"),
        ({"X-Hush": "hush\x00"}, "control characters"),
        ({"X-Hush": "嘘hush"}, "control characters"),
        ({"X Hush": "hush"}, "name"),
        ({"X-Hush:": "hush"}, "name"),
        ({"": "hush"}, "name"),
    ],
)
def test_a_header_that_cannot_be_sent_is_told_without_its_value(value: object, said: str) -> None:
    with pytest.raises(SettingsError, match=rf"^OPENAI_EXTRA_HEADERS: [^\n]*{said}") as refused:
        read_settings(openai_extra_headers=json.dumps(value))
    assert "hush" not in str(refused.value).lower()


@pytest.mark.parametrize("field", ["messages", "stream"])
def test_what_makes_it_the_bots_request_cannot_be_replaced(field: str) -> None:
    with pytest.raises(SettingsError, match=r"^OPENAI_EXTRA_BODY: [^\n]*messages and stream [^\n]*leave them out"):
        read_settings(openai_extra_body=json.dumps({field: False, "seed": 1}))


def test_an_ordinary_word_in_a_header_is_no_secret_that_would_be_blanked_everywhere() -> None:
    secrets = read_settings(openai_extra_headers='{"X-Cache": "true", "X-Key": "test-gateway-key"}').secrets
    assert {"true", "test-gateway-key"} & set(secrets) == {"test-gateway-key"}


def test_the_values_of_headers_are_secrets_and_so_is_a_key_in_the_address() -> None:
    headers = {"Authorization": "Bearer hush-hush-1", "X-Gateway": "hush-hush-2"}
    url = "https://host/v1?api_key=hush-hush-3&api-version=2024-10-21"
    settings = read_settings(openai_extra_headers=json.dumps(headers), openai_base_url=url)
    assert {"Bearer hush-hush-1", "hush-hush-1", "hush-hush-2", "hush-hush-3"} <= settings.secrets
    assert "hush-hush-1" not in repr(settings)
    assert "hush-hush-2" not in repr(settings)
    assert "2024-10-21" not in settings.secrets


def test_the_default_model_is_known_to_the_client_and_has_no_announced_end() -> None:
    source = chat_model.__loader__.get_source(chat_model.__name__)  # type: ignore[union-attr]  # a module has a loader
    assert source is not None
    names, _, ending = source.partition('"""Deprecated values:')
    default = f'"{Settings.model_fields["openai_model"].default}"'
    assert default in names
    assert default not in ending
