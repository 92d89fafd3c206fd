"""Why a benchmark cannot run here."""

from __future__ import annotations


class SkipBenchmark(Exception):  # noqa: N818 — no error: something it needs is not here
    """Raised by a benchmark's `main` with the reason."""
