"""The learnt model: from an entry's scores to the probability that it answers the question."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping
from importlib.resources import files

from handlers.faq.questions import Scores

# A question that is letter for letter one of the entry's own is answered by it, whatever its scores.
CERTAIN = 0.995


@functools.cache
def shipped() -> Mapping[str, float]:
    """Return the coefficients that come with the product."""
    text = (files("handlers.faq") / "model.toml").read_text(encoding="utf-8")
    return {name: float(value) for name, value in tomllib.loads(text).items()}


def likeness(scores: Scores) -> float:
    """Return one number by which questions are ranked."""
    return scores.grams + scores.words + scores.edit + 3 * scores.same


def probability(scores: Scores, gap: float, weights: Mapping[str, float]) -> float:
    """Return the probability that this entry, `gap` ahead of the next, answers the question."""
    if scores.same:
        return CERTAIN
    total = weights["intercept"] + weights["gap"] * gap
    total += sum(weights[name] * getattr(scores, name) for name in ("grams", "words", "edit", "asked", "covered"))
    return min(CERTAIN, 1 / (1 + math.exp(-total)))
