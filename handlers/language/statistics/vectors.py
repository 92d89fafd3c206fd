"""Words as vectors: learnt by Word2Vec, their neighbours, and analogies between them (needs gensim).

Source: T. Mikolov, K. Chen, G. Corrado and J. Dean, "Efficient estimation of word representations in vector space"
(2013), and "Distributed representations of words and phrases and their compositionality" (2013) for negative sampling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors, Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from numpy.typing import NDArray

SEED = 1
# gensim's own bound on the words of a sentence.
LONGEST_SENTENCE = 10_000


@dataclass(frozen=True, slots=True)
class Training:
    """How vectors are learnt.

    Attributes:
        sg: Skip-gram (a word predicts its neighbours), or else CBOW (the neighbours predict the word).
        hs: Hierarchical softmax, or else negative sampling.
        negative: How many words that are not there are drawn for each that is; without hierarchical softmax only.
        window: How many words to each side are neighbours.
        size: How many numbers a vector has.
        min_count: Words rarer than this get no vector.
        epochs: How often the corpus is gone through.
    """

    sg: bool = False
    hs: bool = False
    negative: int = 5
    window: int = 5
    size: int = 100
    min_count: int = 5
    epochs: int = 5


class Vectors:
    """The vectors of some words, the most frequent word first."""

    def __init__(self, words: Sequence[str], numbers: NDArray[np.float32]) -> None:
        self._keyed = KeyedVectors(numbers.shape[1])
        self._keyed.add_vectors(list(words), numbers)

    def __contains__(self, word: str) -> bool:
        return word in self._keyed.key_to_index

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        """Return a word's vector. Raises KeyError for a word that has none."""
        vector: NDArray[np.float32] = self._keyed[word]
        return vector

    @property
    def words(self) -> list[str]:
        """The words, the most frequent first."""
        return list(self._keyed.index_to_key)

    @property
    def numbers(self) -> NDArray[np.float32]:
        """The vectors, one a row, in the order of the words."""
        numbers: NDArray[np.float32] = self._keyed.vectors
        return numbers

    def similar(self, word: str, number: int = 10) -> list[tuple[str, float]]:
        """Return the words nearest to a word, with the cosine. Raises KeyError for a word without a vector."""
        return self._nearest([word], [], number)

    def analogous(self, first: str, second: str, third: str, number: int = 5) -> list[tuple[str, float]]:
        """Return what is to the third word as the second is to the first. Raises KeyError as `similar`."""
        return self._nearest([second, third], [first], number)

    def similarity(self, one: str, other: str) -> float:
        """Return the cosine between two words, -1 to 1. Raises KeyError as `similar`."""
        return float(self._keyed.similarity(one, other))

    def evaluate_pairs(self, path: Path) -> tuple[float, float]:
        """Return Spearman's rank correlation with the judgements of a file (`word TAB word TAB number`).

        And the share of its pairs that had to be left out, since a word has no vector.
        """
        _, spearman, missing = self._keyed.evaluate_word_pairs(str(path))
        return float(spearman[0]), float(missing) / 100

    def evaluate_analogies(self, path: Path) -> list[tuple[str, int, int]]:
        """Return, for each section (`: name`) of a file of analogies (`a b c d`), how many were right, of how many."""
        _, sections = self._keyed.evaluate_word_analogies(str(path))
        return [(each["section"], len(each["correct"]), _both(each)) for each in sections]

    def _nearest(self, positive: list[str], negative: list[str], number: int) -> list[tuple[str, float]]:
        return [(word, float(cosine)) for word, cosine in self._keyed.most_similar(positive, negative, topn=number)]


def learn(
    corpus: Path | Sequence[Sequence[str]], training: Training, done: Callable[[int], None] | None = None
) -> Vectors:
    """Return the vectors learnt from a file of sentences (a line each, words between spaces) or from sentences.

    Learning from sentences, in one thread, gives the same vectors each time. `done` is told how many epochs are.

    Raises:
        ValueError: No word is frequent enough.
    """
    file = isinstance(corpus, Path)
    source: dict[str, Any] = {"corpus_file": str(corpus)} if file else {"corpus_iterable": corpus}
    chosen = {**asdict(training), "negative": 0 if training.hs else training.negative}
    chosen["vector_size"] = chosen.pop("size")
    model = Word2Vec(**{name: int(value) for name, value in chosen.items()}, seed=SEED, workers=4 if file else 1)
    model.build_vocab(**source)
    if not len(model.wv):
        raise ValueError(f"no word stands in it {training.min_count} times")
    total = {"total_words": model.corpus_total_words} if file else {"total_examples": model.corpus_count}
    model.train(**source, **total, epochs=training.epochs, callbacks=[_Epochs(done)] if done else [])
    return Vectors(model.wv.index_to_key, model.wv.vectors)


class _Epochs(CallbackAny2Vec):  # type: ignore[misc]  # gensim has no types
    """Tells how many epochs are done."""

    def __init__(self, done: Callable[[int], None]) -> None:
        self._done = done
        self._count = 0

    def on_epoch_end(self, _model: Any) -> None:
        self._count += 1
        self._done(self._count)


def _both(section: dict[str, Any]) -> int:
    return len(section["correct"]) + len(section["incorrect"])
