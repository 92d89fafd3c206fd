"""The language that a person is answered in."""

from __future__ import annotations

import time

import pytest

from bot.config.catalogue import LANGUAGES
from bot.config.language import Languages, language_of, written_language
from bot.domain.message import Person
from bot.services import Services
from tests.people import said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("怎么安装", "zh-CN"),
        ("怎麼安裝", "zh-TW"),
        ("你好", "zh"),
        ("docker 怎么 install", "zh"),
        ("API key 放哪裡", "zh-TW"),
        ("我の猫是小明の妈妈送的", "zh-CN"),
        ("how to install", "en"),
        ("What's the price of the app?", "en"),
        ("It doesn't start", "en"),
        *((text, "") for text in ("", "👍", "？", "502", "docker", "API", "SSO?", "docker compose", "how much")),
        *((text, "") for text in ("docker compose up -d", "https://a.b/how/to/do/it", "@ann @bob is", "かな")),
        ("東京駅への行き方", ""),
        *((text, "") for text in ("/help", "／options memory", "/why", "/帮助", "/forget", "/nonsense", "/etc/hosts")),
        ("/segment 我来到北京", "zh-CN"),
        ("/帮助 segment", ""),
    ],
)
def test_what_is_written_tells_the_language_or_nothing(text: str, expected: str) -> None:
    assert written_language(text) == expected


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("zh-hans", "", "zh-CN"),
        ("zh-Hant-HK", "", "zh-TW"),
        ("zh_TW", "hello", "zh-TW"),
        ("zh-CN", "docker", "zh-CN"),
        ("zh-CN", "how do I install it", "en"),
        ("zh-CN", "怎麼安裝", "zh-TW"),
        ("zh-TW", "你好", "zh-TW"),
        ("en-GB", "你好", "zh-CN"),
        ("en-US", "加密怎么开", "zh-CN"),
        ("en-US", "docker", "en"),
        ("de", "", "en"),
        ("", "怎么安装", "zh-CN"),
        ("", "how to install", "en"),
        ("", "docker", "zh-CN"),
        ("", "/help", "zh-CN"),
        ("zh-TW", "/translate where is the station", "zh-TW"),
        ("en", "/segment 我来到北京", "zh-CN"),
        ("", "/rewrite the sun is hot", "en"),
        ("", "👍", "zh-CN"),
        ("", "", "zh-CN"),
    ],
)
def test_what_was_written_decides_else_the_client_else_the_default(tag: str, text: str, expected: str) -> None:
    assert language_of(tag, text) == expected


@pytest.mark.parametrize("default", LANGUAGES)
def test_where_nothing_tells_it_is_the_default(default: str) -> None:
    assert language_of("", "docker", default) == default
    assert language_of("", "你好", default) == ("zh-TW" if default == "zh-TW" else "zh-CN")


@pytest.mark.parametrize(
    ("tag", "before", "now", "expected"),
    [
        ("", "怎么安装", "/help", "zh-CN"),
        ("", "how do I install it", "docker", "en"),
        ("en", "怎么安装", "/stop", "zh-CN"),
        ("en", "怎么安装", "but how do I remove it", "en"),
        ("zh-CN", "how do I install it", "docker", "zh-CN"),
        ("", "/segment 怎麼安裝", "/why", "zh-TW"),
        ("", "/rewrite the sun is hot", "/why", "zh-CN"),
    ],
)
def test_what_was_written_before_is_remembered(tag: str, before: str, now: str, expected: str) -> None:
    languages, sender = Languages("zh-CN"), Person("1", "Ann", tag)
    languages.of(said(before, sender=sender))
    assert languages.of(said(now, sender=sender)) == expected


def test_only_ones_own_words_tell_and_a_button_is_nobodys(services: Services) -> None:
    languages, nameless = Languages(services.settings.default_language), Person("-100", "The group")
    languages.of(said("how do I install it", chat="group"))
    languages.of(said("How do I install it?", chat="group", sender=nameless, choice="faq:1"))
    assert languages.of(said("/options", chat="group", sender=nameless)) == "zh-CN"


def test_a_text_of_many_thousand_characters_is_told_at_once() -> None:
    started = time.perf_counter()
    assert written_language("這是龍的" * 1024) == "zh-TW"
    assert time.perf_counter() - started < 0.05
