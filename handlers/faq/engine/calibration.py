"""When to keep silent: a threshold from the FAQ itself, for the share of off-topic messages the owner tolerates.

Off-topic messages are taken to be everyday chat for the most part, and for a third or so questions of the FAQ's own
field that it has no entry for. The FAQ's own questions, asked while their entry is left out, stand for these.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from handlers.faq.engine.model import Model

TOLERANCE = 0.02
# How sure the bound is: in three of four FAQs the true share is below it.
ASSURANCE = 0.75
# So many questions of its own weigh as much as what is usual in other FAQs.
USUAL_WEIGHT = 15
# So many labelled off-topic messages weigh as much as all that was learnt cold.
KNOWN_WEIGHT = 20
# Messages of the background that are so surely answered are no background to this FAQ: it is about them.
ABOUT_IT = 0.9
# Confidence is moved so that thresholds of all FAQs come nearer to this one: half the way, in log-odds.
ANCHOR, MOVED = 0.85, 0.5
# "Sure" lies so far above the threshold in log-odds, and "just short" so far below.
SURELY, SHORTLY = 1.5, 1.0
# The part of what is tolerated when asked that is tolerated when nobody asked.
SURE_PART = 0.2
LIMIT = 1e-4


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learnt about the confidence of one FAQ.

    Attributes:
        shift: What is added to the log-odds of the model.
        asked: The confidence from which a question is answered.
        sure: The confidence from which it is answered even if nobody asked the bot.
        short: The confidence from which the nearest entries are offered.
        bound: The share of off-topic messages answered is below this in three of four FAQs.
    """

    shift: float = 0.0
    asked: float = 0.75
    sure: float = 0.95
    short: float = 0.5
    bound: float = 1.0

    def confidence(self, probability: float) -> float:
        """Return the confidence that the model's probability means in this FAQ."""
        return expit(logit(probability) + self.shift)


@functools.cache
def background() -> tuple[str, ...]:
    """Return everyday messages that no FAQ answers."""
    text = (files("handlers.faq.engine") / "background.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@dataclass(frozen=True, slots=True)
class Rejected:
    """The model's probabilities for messages that should be rejected.

    Attributes:
        left_out: The FAQ's own questions while their entry was left out.
        chat: Everyday chat.
        known: Messages that a person has labelled as none of the FAQ's business.
    """

    left_out: Sequence[float]
    chat: Sequence[float]
    known: Sequence[float] = ()


def calibrate(rejected: Rejected, model: Model, tolerance: float) -> Calibration:
    """Learn from messages that should be rejected, for the model that judged them."""
    left_out, chat = rejected.left_out, [each for each in rejected.chat if each < ABOUT_IT]
    share = 1 / model.leeway
    own = logit(threshold(left_out, tolerance / share))
    asked = _between(own, model.usual + math.log(TOLERANCE / tolerance), len(left_out) / USUAL_WEIGHT)
    asked = max(asked, logit(threshold(chat, tolerance / (1 - share))))
    if rejected.known:
        asked = _between(logit(threshold(rejected.known, tolerance)), asked, len(rejected.known) / KNOWN_WEIGHT)
    sure = max(asked + SURELY, logit(threshold(left_out, SURE_PART * tolerance / share)))
    highest = share * _bound(left_out, expit(asked)) + (1 - share) * _bound(chat, expit(asked))
    return placed(asked, sure, highest)


def _bound(rejected: Sequence[float], probability: float) -> float:
    """Return the upper bound of the share that passes."""
    return upper_bound(sum(each >= probability for each in rejected), len(rejected)) if rejected else 1.0


def _between(one: float, other: float, ratio: float) -> float:
    """Return the mean of two log-odds, the first weighing `ratio` times the second."""
    return (one * ratio + other) / (1 + ratio)


def placed(asked: float, sure: float, highest: float) -> Calibration:
    """Return the calibration for thresholds in the model's own log-odds."""
    shift = MOVED * (logit(ANCHOR) - asked)
    return Calibration(shift, expit(asked + shift), expit(sure + shift), expit(asked - SHORTLY + shift), highest)


def threshold(rejected: Sequence[float], share: float) -> float:
    """Return the lowest probability that lets no more than a share of these pass, with assurance where they suffice."""
    ordered = sorted(rejected, reverse=True)
    if not ordered:
        return LIMIT
    passing = 0
    while passing < len(ordered) and upper_bound(passing + 1, len(ordered)) <= share:
        passing += 1
    if passing == 0:
        passing = min(int(share * len(ordered)), len(ordered) - 1)
    return math.nextafter(ordered[min(passing, len(ordered) - 1)], 1)


def upper_bound(count: int, total: int, assurance: float = ASSURANCE) -> float:
    """Return the share that is exceeded with probability 1 - assurance only (Clopper and Pearson, 1934)."""
    low, high = count / total, 1.0
    for _ in range(25):
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


def logit(probability: float) -> float:
    """Return the log-odds of a probability, kept from infinity."""
    kept = min(1 - LIMIT, max(LIMIT, probability))
    return math.log(kept / (1 - kept))


def expit(log_odds: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))
