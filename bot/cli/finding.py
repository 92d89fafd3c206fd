"""One thing that `check` looked at."""

from __future__ import annotations

from dataclasses import dataclass

GOOD, BAD, DOUBTFUL, ABSENT = "✓", "✗", "!", "–"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. `mark` is ✓, ✗ (to be mended), ! (perhaps), or – for what is not configured."""

    mark: str
    what: str
    sentence: str
