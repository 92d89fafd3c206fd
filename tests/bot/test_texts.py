"""The catalogue is whole in every language, and the language of address is chosen sensibly."""

from __future__ import annotations

import string

import pytest

from bot import discover
from bot.texts import LANGUAGES, language_of


def test_every_language_has_every_sentence_with_the_same_placeholders() -> None:
    texts = discover.texts()
    keys = texts.keys
    assert keys["zh-CN"] == keys["zh-TW"] == keys["en"]
    for key in keys["en"]:
        found = {language: placeholders(texts._sentences[language][key]) for language in LANGUAGES}
        assert len(set(found.values())) == 1, (key, found)


def placeholders(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("zh-hans", "", "zh-CN"),
        ("zh-Hant-HK", "", "zh-TW"),
        ("zh_TW", "hello", "zh-TW"),
        ("en-GB", "你好", "en"),
        ("de", "", "en"),
        ("", "怎么安装", "zh-CN"),
        ("", "怎麼安裝", "zh-TW"),
        ("", "how to install", "en"),
        ("", "👍", "zh-CN"),
        ("", "", "zh-CN"),
    ],
)
def test_the_language_is_the_clients_else_what_was_written(tag: str, text: str, expected: str) -> None:
    assert language_of(tag, text) == expected
