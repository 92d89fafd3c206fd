"""How rare words are: inverse document frequencies, those of jieba's table, looked up in its file."""

from __future__ import annotations

import functools
import mmap
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from zlib import crc32

from handlers.language.gradual import Gradual
from handlers.language.segmentation.lexicon import data
from handlers.language.sorted_file import unneeded

# What jieba gives to words that are not in its table: the table's median.
MEDIAN = 11.9547675029
A_STEP = 512
HASHES = 1 << 16
LONGEST_NUMBER = 32


class Rarities(Protocol):
    """Inverse document frequencies by word."""

    def get(self, word: str, /) -> float | None:
        """Return how rare a word is, None for what is not among them."""
        ...


@dataclass(frozen=True, slots=True)
class Idf:
    """Inverse document frequencies by word, and what a word has that is not among them."""

    table: Rarities
    other: float

    def of(self, word: str) -> float:
        """Return how rare a word is: the logarithm of one over its share of documents."""
        found = self.table.get(word)
        return self.other if found is None else found


class JiebaTable:
    """Where in the file of jieba's table the words stand: a hash table over the file, which stays where it is."""

    def __init__(self) -> None:
        with data("analyse", "idf.txt").open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        # By hash, the last word with it; by word, where its line begins, and the one before it with the same hash.
        self._last = array("i", [-1]) * HASHES
        self._begins, self._before = array("I"), array("i")

    def read(self) -> Iterator[None]:
        """Yield after each step of reading the file."""
        at = 0
        for number, line in enumerate(iter(self._lines.readline, b"")):
            hashed = crc32(line[: line.index(b" ")]) % HASHES
            self._before.append(self._last[hashed])
            self._last[hashed] = number
            self._begins.append(at)
            at += len(line)
            if number % A_STEP == 0:
                yield
        unneeded(self._lines)

    def get(self, word: str, /) -> float | None:
        """Return how rare a word is, None for what is not in the table."""
        sought = word.encode("utf-8", "surrogatepass") + b" "
        number = self._last[crc32(sought[:-1]) % HASHES]
        while number >= 0:
            begin = self._begins[number]
            line = self._lines[begin : begin + len(sought) + LONGEST_NUMBER]
            if line.startswith(sought):
                return float(line[len(sought) :].split(b"\n", 1)[0])
            number = self._before[number]
        return None


@functools.cache
def jieba_idf() -> Gradual[Idf]:
    """Return what reads jieba's table, if nobody has yet; in all it takes a fifth of a second and 3 MiB, once."""
    return Gradual(_steps)


def _steps() -> Iterator[Idf | None]:
    table = JiebaTable()
    for _ in table.read():
        yield None
    yield Idf(table, MEDIAN)
