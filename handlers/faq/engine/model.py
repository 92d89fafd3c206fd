"""The learnt model: from an entry's scores to the probability that it answers the question."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from operator import attrgetter, mul

from handlers.faq.engine.lookalike import LEFT
from handlers.faq.engine.scores import Scores

# A question that is letter for letter one of the entry's own is answered by it, whatever its scores.
CERTAIN = 0.995
USED = (
    "votes", "votes_lead", "cosine", "cosine_lead", "edit", "edit_lead", "asked", "covered", "unknown",
    "terms", "entries", "length", "ways",
)  # fmt: skip
# Where there is an encoder, also these.
MEANT = ("meaning", "meaning_lead")


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression over scores.

    Attributes:
        intercept: Log-odds where every score is nought.
        weights: Log-odds for each score, by its name.
        leeway: So many times the tolerated share of off-topic messages may pass of an FAQ's own questions while their
            entry is left out: most off-topic messages are not that near.
        usual: The log-odds from which FAQs usually answer; what an FAQ of few questions goes by.
    """

    intercept: float
    weights: Mapping[str, float]
    leeway: float
    usual: float
    _heights: Callable[[Scores], tuple[float, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look up once how to take what is weighed from scores: it is taken three times a message."""
        object.__setattr__(self, "_heights", attrgetter(*self.weights))

    def probability(self, scores: Scores) -> float:
        """Return the probability that the entry of these scores answers the question."""
        if scores.same:
            return CERTAIN
        total = sum(map(mul, self.weights.values(), self._heights(scores)), self.intercept)
        probability = 1 / (1 + math.exp(-max(-30.0, total)))
        for kind in scores.conflicts:
            probability *= LEFT[kind]
        return min(CERTAIN, probability)


@functools.cache
def shipped(name: str = "lexical") -> Model:
    """Return a model that comes with the product."""
    table = tomllib.loads((files("handlers.faq.engine") / "model.toml").read_text(encoding="utf-8"))[name]
    return Model(table["intercept"], table["weights"], table["leeway"], table["usual"])
