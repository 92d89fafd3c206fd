"""The scores of an entry for a text: what the model makes a probability of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from handlers.faq.analysis import Analysis
from handlers.faq.index import Index, Nearby
from handlers.faq.lookalike import Marks, conflicts, marks, question_marks
from handlers.faq.votes import Hearing, Votes

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


@dataclass(frozen=True, slots=True)
class Scores:
    """How near an entry is to a text. The leads are over the next best entry, negative where it is better.

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
        texts: Each question as it stands in the FAQ.
        keys: The letters of each question.
        owners: The number of each question's entry.
        spans: The numbers of each entry's questions.
    """

    index: Index
    texts: Sequence[str]
    keys: Sequence[str]
    owners: Sequence[int]
    spans: Sequence[range]
    entries: int


def score(
    text: Analysis, nearby: Nearby, learnt: Sequence[Votes], ground: Ground, closely: int = CLOSELY
) -> list[Scores]:
    """Return the scores of the likeliest entries, so many at most, roughly the likeliest first."""
    cosines, nearest = _best(nearby, nearby.cosines, ground)
    meanings = _best(nearby, nearby.meanings, ground)[0] if nearby.meanings else {}
    edits, heard = _best_edits(text, nearby, ground), Hearing(nearby.neighbours, learnt, ground.owners)
    if not nearby.neighbours or nearby.neighbours[0][0] < FAR:
        closely = 1
    likeliest = _likeliest(heard, (cosines, edits, meanings), closely)
    votes = {entry: heard.score(entry) for entry in likeliest}
    best = [heard.two_best(), *map(_two_best, (cosines, edits, meanings))]
    close = Closeness((votes, cosines, edits, meanings), best, nearest)
    return [_scores(text, nearby, ground, close, entry) for entry in likeliest]


def _likeliest(heard: Hearing, heights: Sequence[Votes], count: int) -> list[int]:
    """Return the entries whose scores add up to the most, the most first. No entry is looked at in vain."""
    hopes, (cosines, edits, meanings) = heard.hopes, heights
    if meanings:
        sums = [(hopes[each] + cosines[each] + edits.get(each, 0.0) + meanings[each], each) for each in cosines]
    else:
        sums = [(hopes[each] + cosines[each] + edits.get(each, 0.0), each) for each in cosines]
    sums.sort(reverse=True)
    found: list[tuple[float, int]] = []
    for hoped, entry in sums:
        if len(found) == count and hoped < found[-1][0]:
            break
        found.append((hoped - hopes[entry] + heard.score(entry), entry))
        found.sort(reverse=True)
        del found[count:]
    return [entry for _, entry in found]


@dataclass(frozen=True, slots=True)
class Closeness:
    """By entry: votes, best cosine, edit similarity and meaning; the two best of each; the nearest question."""

    kinds: Sequence[Votes]
    best: Sequence[tuple[float, float]]
    nearest: dict[int, int]


def _best(nearby: Nearby, by_number: Mapping[int, float] | None, ground: Ground) -> tuple[Votes, dict[int, int]]:
    """Return the highest of each entry and the question that has it; without a mapping, of the similarities."""
    highest: Votes = {}
    nearest: dict[int, int] = {}
    for similarity, number in nearby.neighbours:
        entry = ground.owners[number]
        height = similarity if by_number is None else by_number[number]
        if entry not in highest or height > highest[entry]:
            highest[entry], nearest[entry] = height, number
    return highest, nearest


def _best_edits(text: Analysis, nearby: Nearby, ground: Ground) -> Votes:
    compared = [number for _, number in nearby.neighbours[:COMPARED]]
    keys = [ground.keys[number] for number in compared]
    edits: Votes = {}
    for _, ratio, place in process.extract(text.key, keys, scorer=fuzz.ratio, processor=None, limit=COMPARED):
        edits.setdefault(ground.owners[compared[place]], ratio / 100)
    return edits


def _two_best(by_entry: Votes) -> tuple[float, float]:
    heights = [0.0, 0.0, *by_entry.values()]
    first = max(heights)
    heights.remove(first)
    return first, max(heights)


def _scores(text: Analysis, nearby: Nearby, ground: Ground, close: Closeness, entry: int) -> Scores:
    heights = [kind.get(entry, 0.0) for kind in close.kinds]
    votes, cosine, edit, meaning = heights
    leads = [
        height - (second if height >= first else first)
        for height, (first, second) in zip(heights, close.best, strict=True)
    ]
    span, question, mass = ground.spans[entry], close.nearest[entry], nearby.mass or 1.0
    alike = max(edit, cosine, meaning) >= ALIKE
    return Scores(
        number=entry,
        question=question,
        votes=votes,
        votes_lead=leads[0],
        cosine=cosine,
        cosine_lead=leads[1],
        edit=edit,
        edit_lead=leads[2],
        asked=_asked(nearby, ground, cosine, entry, question),
        covered=min(1.0, ground.index.covered(cosine, mass, question)),
        unknown=nearby.unknown / mass,
        terms=math.log1p(len(text.terms)),
        entries=math.log(max(1, ground.entries)),
        length=min(len(text.key), LONG) / LONG,
        ways=math.log1p(len(span)),
        same=edit == 1 and text.key in [ground.keys[number] for number in span],
        conflicts=_conflicts(nearby, ground, marks(text.text), entry) if alike else (),
        meaning=meaning,
        meaning_lead=leads[3],
    )


def _asked(nearby: Nearby, ground: Ground, cosine: float, entry: int, question: int) -> float:
    mass, span = nearby.mass, ground.spans[entry]
    if not mass:
        return 0.0
    if len(span) == 1:
        return ground.index.asked(cosine, mass, question)
    return ground.index.shared(nearby.weights, span.start, span.stop) / mass


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
