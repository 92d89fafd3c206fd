"""The scores of an entry for a text: what the model makes a probability of."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add, truediv
from typing import NamedTuple

from rapidfuzz import fuzz, process

from handlers.faq.engine.analysis import Analysis
from handlers.faq.engine.lookalike import Marks, conflicts, marks, question_marks
from handlers.faq.engine.nearby import Lengths, Nearby
from handlers.faq.engine.votes import Hearing, Learnt, Votes, two_best, two_first

# The entries looked at closely, and the questions whose letters are compared.
CLOSELY = 3
COMPARED = 32
# Questions less similar than this, by whatever score, do not look alike.
ALIKE = 0.4
# Where no question is nearer than this, hardly any entry answers: one is looked at closely.
FAR = 0.1
# Of how many questions of an entry none may agree with the text.
WITNESSES = 4
# A longer question is no longer one.
LONG = 60


class Scores(NamedTuple):
    """How near an entry is to a text. The leads are over the next best entry, negative where it is better.

    A named tuple: three are made for every message, and a frozen dataclass this long takes more than twice the time.

    Attributes:
        number: The entry's number.
        question: The number of its nearest question.
        votes: What the text's neighbours say for the entry.
        votes_lead: By how much.
        cosine: Of the TF-IDF vectors of the text and the entry's nearest question.
        cosine_lead: By how much.
        edit: Edit similarity of the letters, of the entry's most similar question.
        edit_lead: By how much.
        asked: The share of the text's weight that the entry's questions have.
        covered: The share of its nearest question's weight that the text has.
        unknown: The share of the text's weight that no question of the FAQ has.
        terms: How many terms the text has, logarithmic.
        entries: How many entries there are, logarithmic.
        length: Of the text, as a share of a long question.
        ways: How many ways to ask it the entry has, logarithmic.
        same: Whether the text is letter for letter one of its questions.
        conflicts: In what all its nearest questions contradict the text though they look like it.
        meaning: Cosine of the meanings of the text and the entry's nearest question, where there is an encoder.
        meaning_lead: By how much.
    """

    number: int
    question: int
    votes: float
    votes_lead: float
    cosine: float
    cosine_lead: float
    edit: float
    edit_lead: float
    asked: float
    covered: float
    unknown: float
    terms: float
    entries: float
    length: float
    ways: float
    same: bool
    conflicts: tuple[str, ...] = ()
    meaning: float = 0.0
    meaning_lead: float = 0.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What scores are taken on: all questions, numbered, an entry's one after the other.

    Attributes:
        lengths: The length of each question's vector.
        texts: Each question as it stands in the FAQ.
        keys: The letters of each question.
        owners: The number of each question's entry.
        spans: The numbers of each entry's questions.
    """

    lengths: Lengths
    texts: Sequence[str]
    keys: Sequence[str]
    owners: Sequence[int]
    spans: Sequence[range]
    entries: int


def score(text: Analysis, nearby: Nearby, learnt: Learnt, ground: Ground, closely: int = CLOSELY) -> list[Scores]:
    """Return the scores of the likeliest entries, so many at most, roughly the likeliest first."""
    if not nearby.neighbours or nearby.neighbours[0][0] < FAR:
        closely = 1
    heard = Hearing(nearby.neighbours, learnt, ground.owners)
    close = _closeness(text, nearby, heard, ground)
    return [_scores(text, nearby, ground, close, entry) for entry in _likeliest(close, closely)]


@dataclass(slots=True)
class Closeness:
    """How close each entry is: cosine and number of its nearest question, edit similarity, meaning; the two best."""

    heard: Hearing
    cosines: Votes
    nearest: Mapping[int, int]
    edits: Votes
    meanings: Votes
    best_cosines: tuple[float, float]
    best_edits: tuple[float, float]
    best_meanings: tuple[float, float] = (0.0, 0.0)


def _closeness(text: Analysis, nearby: Nearby, heard: Hearing, ground: Ground) -> Closeness:
    edits, best_edits = _best_edits(text, heard, ground)
    if nearby.cosines is None or nearby.meanings is None:
        return Closeness(heard, heard.cosines, heard.nearest, edits, {}, heard.best_cosines, best_edits)
    cosines, nearest = _best(nearby, nearby.cosines, ground)
    meanings, _ = _best(nearby, nearby.meanings, ground)
    best = two_best(cosines.values()), best_edits, two_best(meanings.values())
    return Closeness(heard, cosines, nearest, edits, meanings, *best)


def _likeliest(close: Closeness, count: int) -> list[int]:
    """Return the entries whose scores add up to the most, the most first. No entry is looked at in vain."""
    heard, hopes = close.heard, close.heard.hopes
    sums = map(add, hopes.values(), map(close.cosines.__getitem__, hopes))
    sums = map(add, sums, map(close.edits.get, hopes, itertools.repeat(0.0)))
    if close.meanings:
        sums = map(add, sums, map(close.meanings.__getitem__, hopes))
    found: list[tuple[float, int]] = []
    for hoped, entry in sorted(zip(sums, hopes, strict=True), reverse=True):
        if len(found) == count and hoped < found[-1][0]:
            break
        found.append((hoped - hopes[entry] + heard.score(entry), entry))
        found.sort(reverse=True)
        del found[count:]
    return [entry for _, entry in found]


def _best(nearby: Nearby, heights: Mapping[int, float], ground: Ground) -> tuple[Votes, dict[int, int]]:
    """Return the highest of each entry, and the number of the question that has it."""
    highest: Votes = {}
    nearest: dict[int, int] = {}
    for _, number in nearby.neighbours:
        entry, height = ground.owners[number], heights[number]
        if entry not in highest or height > highest[entry]:
            highest[entry], nearest[entry] = height, number
    return highest, nearest


def _best_edits(text: Analysis, heard: Hearing, ground: Ground) -> tuple[Votes, tuple[float, float]]:
    """Return the edit similarity of each entry's most similar question, and the two highest."""
    keys = list(map(ground.keys.__getitem__, heard.numbers[:COMPARED]))
    found = process.extract(text.key, keys, scorer=fuzz.ratio, processor=None, limit=COMPARED)
    if not found:
        return {}, (0.0, 0.0)
    _, ratios, places = zip(*found, strict=True)
    entries = list(map(heard.entries.__getitem__, places))
    edits = list(map(truediv, ratios, itertools.repeat(100)))
    # The highest come first; of what is written twice into a dict, the last stays.
    return dict(zip(reversed(entries), reversed(edits), strict=True)), two_first(entries, edits)


def _lead(height: float, best: tuple[float, float]) -> float:
    first, second = best
    return height - (second if height >= first else first)


def _scores(text: Analysis, nearby: Nearby, ground: Ground, close: Closeness, entry: int) -> Scores:
    votes, cosine, question = close.heard.score(entry), close.cosines[entry], close.nearest[entry]
    edit, meaning = close.edits.get(entry, 0.0), close.meanings.get(entry, 0.0)
    span, mass = ground.spans[entry], nearby.mass or 1.0
    alike = edit >= ALIKE or cosine >= ALIKE or meaning >= ALIKE
    return Scores(
        number=entry,
        question=question,
        votes=votes,
        votes_lead=_lead(votes, close.heard.two_best()),
        cosine=cosine,
        cosine_lead=_lead(cosine, close.best_cosines),
        edit=edit,
        edit_lead=_lead(edit, close.best_edits),
        asked=_asked(nearby, ground, cosine, entry, question),
        covered=min(1.0, cosine * math.sqrt(mass) / ground.lengths[question]),
        unknown=nearby.unknown / mass,
        terms=math.log1p(len(text.terms)),
        entries=math.log(max(1, ground.entries)),
        length=min(len(text.key), LONG) / LONG,
        ways=math.log1p(len(span)),
        same=edit == 1 and text.key in [ground.keys[number] for number in span],
        conflicts=_conflicts(nearby, ground, marks(text.text), entry) if alike else (),
        meaning=meaning,
        meaning_lead=_lead(meaning, close.best_meanings),
    )


def _asked(nearby: Nearby, ground: Ground, cosine: float, entry: int, question: int) -> float:
    mass, span = nearby.mass, ground.spans[entry]
    if not mass:
        return 0.0
    if len(span) == 1:
        return cosine * ground.lengths[question] / math.sqrt(mass)
    return nearby.shared(span.start, span.stop) / mass


def _conflicts(nearby: Nearby, ground: Ground, ours: Marks, entry: int) -> tuple[str, ...]:
    span = ground.spans[entry]
    start, stop = span.start, span.stop
    if stop - start == 1:
        return conflicts(ours, question_marks(ground.texts[start]))
    alike = [number for _, number in nearby.neighbours if start <= number < stop][:WITNESSES]
    found = conflicts(ours, question_marks(ground.texts[alike[0]]))
    for number in alike[1:]:
        if not found:
            return ()
        theirs = conflicts(ours, question_marks(ground.texts[number]))
        found = tuple(kind for kind in found if kind in theirs)
    return found
