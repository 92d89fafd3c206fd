"""An n-gram language model (n = 1 to 3) with interpolated Kneser-Ney smoothing (needs numpy).

Source: S. F. Chen and J. Goodman, "An empirical study of smoothing techniques for language modeling", Computer Speech &
Language 13 (1999), section 2.7, interpolated as in their section 2.8, with one discount per order. Of the methods
compared there Kneser-Ney's is the best at every size of corpus, the small ones of a chat's owner among them: what a
word follows counts, not how often it stands, so that one stock phrase does not make its last word likely everywhere.

An n-gram is one integer of 21 bits a word, and a table of n-grams two sorted arrays: 12 bytes an n-gram, and those with
the same beginning stand side by side.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.int64]

BITS = 21
MASK = (1 << BITS) - 1
UNKNOWN, START, END = 0, 1, 2
SPECIAL = ("<unk>", "<s>", "</s>")
ORDERS = (1, 2, 3)
USUAL_DISCOUNT = 0.75


@dataclass(frozen=True, slots=True)
class Table:
    """Sorted n-grams and their counts. `sums` has the count of all n-grams before each, and of all at the end."""

    grams: Array
    counts: Array
    sums: Array
    discount: float

    @staticmethod
    def of(grams: Array, counts: Array) -> Table:
        """Return a table of sorted n-grams, with the discount n1 / (n1 + 2 n2) of Ney, Essen and Kneser (1994)."""
        once, twice = int((counts == 1).sum()), int((counts == 2).sum())  # noqa: PLR2004 — twice
        discount = once / (once + 2 * twice) if once and twice else USUAL_DISCOUNT
        return Table(grams, counts, np.concatenate(([0], np.cumsum(counts))), discount)

    def count(self, gram: int) -> int:
        """Return how often an n-gram was counted."""
        place = int(np.searchsorted(self.grams, gram))
        return int(self.counts[place]) if place < len(self.grams) and self.grams[place] == gram else 0

    def following(self, context: int) -> tuple[int, int]:
        """Return the counts of all n-grams that begin with a context together, and how many they are."""
        first = int(np.searchsorted(self.grams, context << BITS))
        last = int(np.searchsorted(self.grams, (context + 1) << BITS))
        return int(self.sums[last] - self.sums[first]), last - first

    def continued(self, order: int) -> Table:
        """Return these n-grams of `order` words without the first, with the number of words each was seen after."""
        grams, counts = np.unique(self.grams & ((1 << BITS * (order - 1)) - 1), return_counts=True)
        return Table.of(grams, counts)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A sentence as the model sees it: each word (the end among them) with its probability, and the perplexity."""

    words: tuple[str, ...]
    probabilities: tuple[float, ...]

    @property
    def log10(self) -> float:
        """The decimal logarithm of the sentence's probability."""
        return sum(map(math.log10, self.probabilities))

    @property
    def perplexity(self) -> float:
        """The inverse of the words' geometric mean probability: among how many equally likely words each was chosen."""
        return float(10 ** (-self.log10 / len(self.probabilities)))

    @property
    def unlikeliest(self) -> int:
        """The place of the least likely word."""
        return min(range(len(self.words)), key=self.probabilities.__getitem__)


class LanguageModel:
    """Probabilities of words after the words before them.

    Args:
        words: The vocabulary, in the order of its numbers; the three special ones first.
        tables: Counts of unigrams, bigrams and trigrams.
    """

    def __init__(self, words: Sequence[str], tables: Sequence[Table]) -> None:
        self.words = tuple(words)
        self.tables = tuple(tables)
        self._numbers = {word: number for number, word in enumerate(self.words)}
        pairs, single = self.tables[2].continued(3), self.tables[1].continued(2)
        raw = self.tables
        # By order: what each level counts. Below the highest it is in how many contexts, not how often.
        self._levels = {1: (raw[0],), 2: (single, raw[1]), 3: (single, pairs, raw[2])}

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The words it knows, the most frequent first."""
        return self.words[len(SPECIAL) :]

    def knows(self, word: str) -> bool:
        """Return whether a word is in the vocabulary."""
        return self._numbers.get(word, UNKNOWN) != UNKNOWN

    def probability(self, word: str, before: Sequence[str] = (), order: int = 3) -> float:
        """Return the probability of a word (of `</s>`: that the sentence ends) after those before it.

        Over the vocabulary but `<s>` it adds up to 1, whatever stands before.
        """
        context = [self._numbers.get(each, UNKNOWN) for each in before]
        return self._probability(self._numbers.get(word, UNKNOWN), context, order)

    def judge(self, sentence: Sequence[str], order: int = 3) -> Judgement:
        """Return how likely each word of a sentence is, its end among them."""
        words = (*sentence, SPECIAL[END])
        numbers = [START, START, *(self._numbers.get(each, UNKNOWN) for each in sentence), END]
        found = [self._probability(numbers[at], numbers[:at], order) for at in range(2, len(numbers))]
        return Judgement(words, tuple(found))

    def _probability(self, word: int, context: Sequence[int], order: int) -> float:
        levels = self._levels[order]
        likely = 1 / (len(self.words) - 1)
        for length, table in enumerate(levels):
            before = _packed(context[len(context) - length :]) if length <= len(context) else None
            if before is None:
                break
            together, kinds = table.following(before)
            if together:
                own = max(table.count(before << BITS | word) - table.discount, 0) / together
                likely = own + table.discount * kinds / together * likely
        return likely


def learn(sentences: Iterable[Sequence[str]]) -> LanguageModel:
    """Return the model of a corpus: sentences as lists of words.

    Raises:
        ValueError: There are no words in it.
    """
    said = [list(each) for each in sentences if each]
    counts = Counter(word for sentence in said for word in sentence)
    if not counts:
        raise ValueError("there are no words to learn from")
    words = (*SPECIAL, *(word for word, _ in counts.most_common(MASK - len(SPECIAL))))
    numbers = {word: number for number, word in enumerate(words)}
    stream = np.fromiter(_stream(said, numbers), dtype=np.int64)
    return LanguageModel(words, [_counted(stream, order) for order in ORDERS])


def _stream(sentences: Iterable[Sequence[str]], numbers: dict[str, int]) -> Iterator[int]:
    for sentence in sentences:
        yield START
        yield START
        yield from (numbers.get(word, UNKNOWN) for word in sentence)
        yield END


def _counted(stream: Array, order: int) -> Table:
    """Count the n-grams that predict a word: all but those that end with a sentence's start."""
    grams = stream.copy()
    for back in range(1, order):
        grams[back:] |= stream[:-back] << (BITS * back)
    kept, counts = np.unique(grams[stream != START], return_counts=True)
    return Table.of(kept, counts)


def _packed(words: Sequence[int]) -> int:
    packed = 0
    for word in words:
        packed = packed << BITS | word
    return packed
