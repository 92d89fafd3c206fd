"""The catalogue: every sentence the bot says of its own, in Simplified and Traditional Chinese and in English."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

LANGUAGES = ("zh-CN", "zh-TW", "en")
HAN = re.compile(r"[\u3400-\u9fff]")
TRADITIONAL_REGIONS = ("hant", "tw", "hk", "mo")


class Texts:
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


def language_of(tag: str, text: str, default: str = LANGUAGES[0]) -> str:
    """Return the catalogue language for a client's BCP 47 tag, else for what was written, else the default."""
    tag = tag.lower().replace("_", "-")
    if tag.startswith("zh"):
        return "zh-TW" if any(part in TRADITIONAL_REGIONS for part in tag.split("-")[1:]) else "zh-CN"
    if tag:
        return "en"
    return written_language(text) or default


def written_language(text: str) -> str:
    """Return the catalogue language a text is written in, or nothing where it has no letters to tell by.

    Traditional is what Big5 can write and GB 2312 cannot: enough to choose a language of address by.
    """
    han = "".join(HAN.findall(text))
    if han:
        return "zh-TW" if not _encodable(han, "gb2312") and _encodable(han, "big5") else "zh-CN"
    return "en" if any(letter.isascii() and letter.isalpha() for letter in text) else ""


def _encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _flat(path: Path) -> dict[str, str]:
    sections = tomllib.loads(path.read_text(encoding="utf-8"))
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}
