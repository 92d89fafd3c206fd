"""What became of many lines: counted by who answered, with those that nobody did."""

from __future__ import annotations

import re
import time
import unicodedata
from collections import Counter
from typing import Any

from bot.domain.reply import Reply, Source

NOISE = re.compile(r"[\W_]+")
MOST_DISTINCT = 100_000
LONGEST = 120


class Tally:
    """Counts lines and their answers."""

    def __init__(self) -> None:
        self.lines = self.answered = self.offered = self.unanswered = 0
        self.started = time.perf_counter()
        self.seconds = 0.0
        self._sources: Counter[tuple[str, str]] = Counter()
        self._confidence: dict[tuple[str, str], float] = {}
        self._missed: Counter[str] = Counter()
        self._as_written: dict[str, str] = {}

    def begin(self) -> None:
        """Start the clock: what came before was making ready."""
        self.started = time.perf_counter()

    def add(self, text: str, reply: Reply | None) -> None:
        """Count a line and its answer."""
        self.lines += 1
        self.seconds = time.perf_counter() - self.started
        if reply is None or reply.source.kind in ("none", "error"):
            self._miss(text)
        elif reply.choices:
            self.offered += 1
        else:
            self.answered += 1
        if reply and reply.source.kind != "none":
            self._count(reply.source, offered=bool(reply.choices))

    @property
    def speed(self) -> float:
        """Lines a second."""
        return self.lines / self.seconds if self.seconds else 0.0

    def sources(self) -> list[tuple[str, str, int, float | None]]:
        """Return kind, id, count and mean confidence of everything that answered, the most frequent first."""
        return [
            (kind, name, count, self._confidence[kind, name] / count if (kind, name) in self._confidence else None)
            for (kind, name), count in self._sources.most_common()
        ]

    def missed(self, most: int) -> list[tuple[str, int]]:
        """Return what went unanswered most, as it was first written, and how often."""
        return [(self._as_written[folded], count) for folded, count in self._missed.most_common(most)]

    def as_object(self, most: int) -> dict[str, Any]:
        """Return all figures as what `--json` writes."""
        names = ("kind", "id", "count", "mean_confidence")
        return {
            "lines": self.lines,
            "answered": self.answered,
            "offered": self.offered,
            "unanswered": self.unanswered,
            "seconds": round(self.seconds, 3),
            "lines_per_second": round(self.speed, 1),
            "sources": [dict(zip(names, each, strict=True)) for each in self.sources()],
            "most_unanswered": [{"text": text, "count": count} for text, count in self.missed(most)],
        }

    def _count(self, source: Source, *, offered: bool) -> None:
        slot = (f"{source.kind}?" if offered else source.kind, source.id)
        self._sources[slot] += 1
        if source.confidence is not None:
            self._confidence[slot] = self._confidence.get(slot, 0.0) + source.confidence

    def _miss(self, text: str) -> None:
        """Count an unanswered line together with those that differ in case, width or punctuation only."""
        self.unanswered += 1
        head = text[:LONGEST]
        folded = NOISE.sub("", unicodedata.normalize("NFKC", head).casefold()) or head.strip()
        if folded in self._missed or len(self._missed) < MOST_DISTINCT:
            self._missed[folded] += 1
            self._as_written.setdefault(folded, " ".join(head.split()))
