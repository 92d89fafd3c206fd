"""How rare words are: inverse document frequencies, those of jieba's table kept as the bytes they are in its file."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from handlers.language.gradual import Gradual
from handlers.language.lexicon import data

# What jieba gives to words that are not in its table: the table's median.
MEDIAN = 11.9547675029
A_STEP = 512
# As many bytes as a Chinese character has.
FIRST = 3


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
    """The lines of jieba's table by their first character: a sixth of what they take as numbers by word."""

    def __init__(self) -> None:
        self.lines: dict[bytes, bytearray] = defaultdict(lambda: bytearray(b"\n"))

    def get(self, word: str, /) -> float | None:
        """Return how rare a word is, None for what is not in the table."""
        sought = word.encode("utf-8", "surrogatepass")
        lines = self.lines.get(sought[:FIRST], b"")
        at = lines.find(b"\n%b " % sought)
        if at < 0:
            return None
        return float(lines[at + len(sought) + 2 : lines.index(b"\n", at + 1)])


@functools.cache
def jieba_idf() -> Gradual[Idf]:
    """Return what reads jieba's table, if nobody has yet; in all it takes a fifth of a second and 9 MiB, once."""
    return Gradual(_read)


def _read() -> Iterator[Idf | None]:
    table = JiebaTable()
    with data("analyse", "idf.txt").open("rb") as lines:
        for number, line in enumerate(lines):
            table.lines[line[:FIRST]] += line if line.endswith(b"\n") else line + b"\n"
            if number % A_STEP == 0:
                yield None
    yield Idf(table, MEDIAN)
