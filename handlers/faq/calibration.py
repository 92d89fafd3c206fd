"""When to keep silent: a threshold from the FAQ itself, for the share of off-topic messages the owner tolerates."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

# How sure the bound is: in nine of ten FAQs the true share is below the tolerance.
ASSURANCE = 0.9
# "Sure" (said to nobody in particular, in a group) tolerates this part of what is tolerated when asked.
SURE_PART = 0.1


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidences from which a message is answered when the bot is asked, and when it is not."""

    asked: float
    sure: float


@functools.cache
def background() -> tuple[str, ...]:
    """Return everyday messages that no FAQ answers."""
    text = (files("handlers.faq") / "background.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


def calibrate(rejected: Sequence[float], tolerance: float) -> Thresholds:
    """Return thresholds for the confidences of messages that should have been rejected."""
    return Thresholds(_threshold(rejected, tolerance), _threshold(rejected, tolerance * SURE_PART))


def _threshold(rejected: Sequence[float], tolerance: float) -> float:
    """Let pass as many as keep the upper confidence bound of their share within the tolerance."""
    ordered = sorted(rejected, reverse=True)
    passing = 0
    while passing < len(ordered) and upper_bound(passing + 1, len(ordered)) <= tolerance:
        passing += 1
    if passing == len(ordered):
        return 0.5
    if upper_bound(passing, len(ordered)) <= tolerance:
        return math.nextafter(ordered[passing], 1)
    return (1 + ordered[0]) / 2


def upper_bound(count: int, total: int, assurance: float = ASSURANCE) -> float:
    """Return the share that is exceeded with probability 1 - assurance only (Clopper and Pearson, 1934)."""
    low, high = count / total, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        if _at_most(count, total, middle) > 1 - assurance:
            low = middle
        else:
            high = middle
    return high


def _at_most(count: int, total: int, share: float) -> float:
    """Return the binomial probability of at most `count` in `total`."""
    if share >= 1:
        return float(count >= total)
    log_term = total * math.log1p(-share)
    odds, running = math.log(share) - math.log1p(-share), math.exp(log_term)
    for each in range(count):
        log_term += math.log((total - each) / (each + 1)) + odds
        running += math.exp(log_term)
    return running
