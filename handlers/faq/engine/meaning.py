"""The meanings of all questions as vectors, joined with what they share in letters. Needs numpy, as encoders do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handlers.faq.engine.encoder import Encoder
from handlers.faq.engine.nearby import Nearby

# Unrelated texts are about this similar; what lies above is squared, so that only what is near counts.
UNRELATED = 0.2
AT_ONCE = 64


class Meanings:
    """One vector a question, by its number."""

    def __init__(self, encoder: Encoder) -> None:
        import numpy as np  # noqa: PLC0415 — comes with the extra, not with the core

        self._np: Any = np
        self._encoder = encoder
        self._vectors: Any = None

    def add(self, texts: Sequence[str]) -> None:
        """Take in the next questions."""
        for start in range(0, len(texts), AT_ONCE):
            some = self._unit(texts[start : start + AT_ONCE])
            self._vectors = some if self._vectors is None else self._np.concatenate((self._vectors, some))

    def remove(self, numbers: range) -> None:
        """Let questions mean nothing any more."""
        if numbers:
            self._vectors[numbers.start : numbers.stop] = 0

    def of(self, text: str) -> Any:
        """Return the vector of a text."""
        return self._unit((text,))[0]

    def given(self, vector: Sequence[float]) -> Any:
        """Return a vector that another has encoded as this compares it."""
        array = self._np.asarray(vector, dtype=self._np.float32)
        return array / max(float(self._np.linalg.norm(array)), 1e-9)

    def at(self, number: int) -> Any:
        """Return the vector of a question."""
        return self._vectors[number]

    def join(self, lexical: Nearby, vector: Any, limit: int, without: range = range(0)) -> Nearby:
        """Return the questions nearest by letters and meaning, half and half; `lexical` has all that share a letter."""
        if self._vectors is None:
            return lexical
        np = self._np
        cosines = {number: similarity for similarity, number in lexical.neighbours}
        meanings = self._vectors @ vector
        joint = np.square(np.maximum(0, (meanings - UNRELATED) / (1 - UNRELATED))) / 2
        for number, similarity in cosines.items():
            joint[number] += similarity / 2
        joint[without.start : without.stop] = 0
        best = np.argpartition(joint, -limit)[-limit:] if limit < len(joint) else np.arange(len(joint))
        best = [int(each) for each in best[np.argsort(-joint[best])] if joint[each] > 0]
        return replace(
            lexical,
            neighbours=[(float(joint[each]), each) for each in best],
            cosines={each: cosines.get(each, 0.0) for each in best},
            meanings={each: float(meanings[each]) for each in best},
        )

    def _unit(self, texts: Sequence[str]) -> Any:
        vectors = self._np.asarray(self._encoder.encode(texts), dtype=self._np.float32)
        return vectors / self._np.maximum(self._np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
