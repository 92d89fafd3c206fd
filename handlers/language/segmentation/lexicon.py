"""The words that a segmentation knows, with their frequencies: jieba's dictionary, and words of one's own over it."""

from __future__ import annotations

import functools
import importlib.util
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from handlers.language.segmentation.dictionary import Word
from handlers.language.sorted_file import SortedFile

# Of jieba 0.42.1: the sum of the frequencies of its words, and the length of the longest.
TOTAL, LONGEST = 60_101_967, 16
# Words looked up again and again; some four million bytes at most.
REMEMBERED = 1 << 14


class Frequencies(Protocol):
    """Frequencies by word; what only begins a word has 0."""

    def get(self, word: str, /) -> int | None:
        """Return a word's frequency, None for what neither is nor begins a word."""
        ...


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words over a base that many share: their own cost no copy of it.

    Attributes:
        base: Frequencies by word.
        total: The sum of all frequencies, that of jieba's `add_word` among them.
        longest: The length of the longest word.
        own: The same as `base`, for what one's own words change.
        tags: The part-of-speech tags of one's own words.
    """

    base: Frequencies
    total: int
    longest: int
    own: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def frequency(self, word: str) -> int:
        """Return how often a word occurs in some 60 million; 0 for what is none."""
        own = self.own.get(word)
        return (self.base.get(word) or 0) if own is None else own

    def is_word(self, text: str) -> bool:
        """Return whether a text is a word."""
        return self.frequency(text) > 0

    def ends(self, text: str, start: int) -> list[int]:
        """Return where the words that begin at an offset end, the nearest first."""
        found, end, size = [], start + 1, len(text)
        while end <= size:
            part = text[start:end]
            frequency = self.own.get(part, self.base.get(part))
            if frequency is None:
                break
            if frequency:
                found.append(end)
            end += 1
        return found

    def with_words(self, words: Iterable[Word]) -> Lexicon:
        """Return a lexicon that knows these words too, as jieba's `add_word` would add them."""
        own, tags, total, longest = dict(self.own), dict(self.tags), self.total, self.longest
        for word in words:
            own[word.text] = word.frequency
            tags[word.text] = word.tag
            total += word.frequency
            longest = max(longest, len(word.text))
            for end in range(1, len(word.text)):
                if self.base.get(word.text[:end]) is None:
                    own.setdefault(word.text[:end], 0)
        return Lexicon(self.base, total, longest, own, tags)


class JiebaWords:
    """The words of jieba's dictionary, looked up in its file."""

    def __init__(self) -> None:
        # The order begins with the Chinese words; there are few others, and they come first.
        self._file = SortedFile(data("dict.txt"), re.compile(rb"\n([^ \n]+) "), "\n一".encode())
        self.get = functools.lru_cache(REMEMBERED)(self._read)

    def tag(self, word: str) -> str | None:
        """Return a word's part-of-speech tag."""
        found = self._after(word)
        return found.split(b" ", 3)[2].split(b"\n")[0].decode() if found and found.startswith(b" ") else None

    def _read(self, word: str, /) -> int | None:
        """Return a word's frequency, 0 for what only begins one, None for what does not even that."""
        found = self._after(word)
        if found is None:
            return None
        return int(found[1 : found.index(b" ", 1)]) if found.startswith(b" ") else 0

    def _after(self, word: str) -> bytes | None:
        """Return what stands after a word, or after the first one that it begins; None where there is neither."""
        key = word.encode("utf-8", "surrogatepass")
        if not key or b" " in key or b"\n" in key:
            return None
        found = self._file.after(b"\n", key)
        if found is None or found.startswith(b" "):
            return found
        # Longer words have been seen to stand before.
        exact = self._file.after(b"\n", key + b" ")
        return found if exact is None else b" " + exact


@functools.cache
def jieba_words() -> JiebaWords:
    """Return the words of jieba's dictionary; that takes some milliseconds and a few hundred KiB, once."""
    return JiebaWords()


@functools.cache
def standard() -> Lexicon:
    """Return jieba's dictionary of 349,046 words."""
    return Lexicon(jieba_words(), TOTAL, LONGEST)


def data(*names: str) -> Path:
    """Return the path of a file of jieba's, without importing jieba."""
    found = importlib.util.find_spec("jieba")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("jieba is not installed", name="jieba")
    return Path(found.submodule_search_locations[0], *names)
