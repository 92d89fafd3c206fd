"""The catalogue is whole in every language."""

from __future__ import annotations

import string

from bot import discovery
from bot.config.catalogue import LANGUAGES


def test_every_language_has_every_sentence_with_the_same_placeholders() -> None:
    texts = discovery.texts()
    keys = texts.keys
    assert keys["zh-CN"] == keys["zh-TW"] == keys["en"]
    for key in keys["en"]:
        found = {language: placeholders(texts._sentences[language][key]) for language in LANGUAGES}
        assert len(set(found.values())) == 1, (key, found)


def placeholders(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)
