from __future__ import annotations

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


def test_the_default_model_is_known_to_the_client_and_has_no_announced_end() -> None:
    source = chat_model.__loader__.get_source(chat_model.__name__)  # type: ignore[union-attr]  # a module has a loader
    assert source is not None
    names, _, ending = source.partition('"""Deprecated values:')
    default = f'"{Settings.model_fields["openai_model"].default}"'
    assert default in names
    assert default not in ending
