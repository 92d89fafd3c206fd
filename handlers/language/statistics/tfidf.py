"""TF-IDF over the telling terms of several documents (needs scikit-learn)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from handlers.language.segmentation import segment
from handlers.language.statistics.terms import Cut, telling


@dataclass(frozen=True, slots=True)
class Matrix:
    """How telling each word (a column) is for each document (a row): 0 where it does not stand in it, at most 1.

    It is scikit-learn's TF-IDF: the count times ln((1 + documents) / (1 + documents with the word)) + 1, rows of unit
    length.
    """

    words: tuple[str, ...]
    weights: NDArray[np.float64]

    def top(self, document: int, number: int) -> list[tuple[str, float]]:
        """Return the most telling words of a document with their weights, the most telling first."""
        row = self.weights[document]
        order = np.argsort(-row, kind="stable")[:number]
        return [(self.words[column], float(row[column])) for column in order if row[column] > 0]

    def columns(self, number: int) -> list[int]:
        """Return the words to show: each document's most telling one in turn, then the next ones."""
        chosen: dict[int, None] = {}
        orders = np.argsort(-self.weights, axis=1, kind="stable")
        for rank in range(min(number, len(self.words))):
            for row, column in zip(self.weights, orders[:, rank], strict=True):
                if row[column] > 0 and len(chosen) < number:
                    chosen[int(column)] = None
        return list(chosen)


def matrix(documents: Sequence[str], cut: Cut = segment.words) -> Matrix:
    """Return the TF-IDF matrix of documents.

    Raises:
        ValueError: No document has a telling word.
    """
    vectorizer = TfidfVectorizer(analyzer=partial(telling, cut=cut))
    weights = vectorizer.fit_transform(documents).toarray()
    return Matrix(tuple(vectorizer.get_feature_names_out()), weights)
