"""Words that tell no question from another."""

from __future__ import annotations

import functools
from importlib.resources import files


@functools.cache
def stopwords() -> frozenset[str]:
    """Return the words of stopwords.txt."""
    lines = (files("handlers.faq.engine") / "stopwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
