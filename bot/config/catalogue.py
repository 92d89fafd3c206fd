"""The catalogue: every sentence the bot says of its own, in Simplified and Traditional Chinese and in English."""

from __future__ import annotations

import tomllib
from pathlib import Path

LANGUAGES = ("zh-CN", "zh-TW", "en")


class Catalogue:
    """Sentences by key (`section.name`) and language."""

    def __init__(self, directory: Path) -> None:
        self._sentences = {language: _flat(directory / f"{language}.toml") for language in LANGUAGES}

    def say(self, language: str, key: str, **values: object) -> str:
        """Return a sentence with its `{placeholders}` filled in. Raises KeyError for a key that no catalogue has."""
        return self._sentences[language or LANGUAGES[0]][key].format(**values)

    @property
    def keys(self) -> dict[str, frozenset[str]]:
        """The keys that each language has."""
        return {language: frozenset(sentences) for language, sentences in self._sentences.items()}


def _flat(path: Path) -> dict[str, str]:
    sections = tomllib.loads(path.read_text(encoding="utf-8"))
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}
