"""How phrases and characters are read: the tables of pypinyin, looked up in its files, and exactly its results.

Its own way is to load them: that takes a quarter of a second and 56 MiB, and this a few milliseconds and pages.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from handlers.language.sorted_file import SortedFile

HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
PARTS = re.compile(f"{HAN.pattern}+|[^{HAN.pattern[1:]}+")
TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
REMEMBERED = 1 << 13

Tones = Literal["marks", "numbers", "none"]


class Readings:
    """Readings with tone marks."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of pypinyin's tables."""
        self._phrases = SortedFile(folder / "phrases_dict.json", re.compile(rb'\n"([^"]+)": \['), b'\n"')
        self._characters = SortedFile(folder / "pinyin_dict.json", re.compile(rb'\n"(\d+)": "'), b'\n"', int)
        self._phrase = functools.lru_cache(REMEMBERED)(self._look_up)
        self._character = functools.lru_cache(REMEMBERED)(self._first_reading)

    def of(self, word: str) -> tuple[str, ...]:
        """Return the syllables of a word; what has no reading is among them as it is."""
        found: list[str] = []
        for part in PARTS.findall(word):
            if not HAN.match(part):
                found.append(part)
                continue
            for phrase in self._cut(part):
                found += self._phrase(phrase) or map(self._character, phrase)
        return tuple(found)

    def _cut(self, text: str) -> Iterator[str]:
        """Yield the longest phrases from the left, and single characters between them."""
        at = 0
        while at < len(text):
            end, size = 0, 1
            while at + size <= len(text) and (found := self._phrase(text[at : at + size])) is not None:
                end = size if found else end
                size += 1
            if not end and at + size > len(text):
                # What only begins a phrase is not looked into any more.
                yield from text[at:]
                return
            yield text[at : at + (end or 1)]
            at += end or 1

    def _look_up(self, phrase: str) -> tuple[str, ...] | None:
        """Return the syllables of a phrase, none of what only begins one, None of what does not even that."""
        found = self._phrases.after(b'\n"', phrase.encode("utf-8", "surrogatepass"))
        if found is None or not found.startswith(b'": ['):
            return None if found is None else ()
        syllables = json.loads(found[3 : found.index(b"\n]\n]") + 4])
        return tuple(first for first, *_ in syllables)

    def _first_reading(self, character: str) -> str:
        found = self._characters.after(b'\n"', b"%d" % ord(character))
        if found is None or not found.startswith(b'": "'):
            return character
        return re.split(b'[,"]', found[4:], maxsplit=1)[0].decode()


@functools.cache
def readings() -> Readings:
    """Return pypinyin's readings."""
    found = importlib.util.find_spec("pypinyin")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("pypinyin is not installed", name="pypinyin")
    return Readings(Path(found.submodule_search_locations[0]))


def toned(syllable: str, tones: Tones) -> str:
    """Return a syllable with its tone as a mark, as a number after it, or without; then ü is v, as it is typed."""
    if tones == "marks":
        return syllable
    letters = unicodedata.normalize("NFD", syllable)
    number = "".join(TONES.get(each, "") for each in letters) if tones == "numbers" else ""
    plain = "".join(each for each in letters if each not in TONES)
    return unicodedata.normalize("NFC", plain).replace("ü", "v") + number
