"""What is questionable about a FAQ: entries that repeat, contradict or shadow each other, and questions too short."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from handlers.faq.engine.lookalike import contradict
from handlers.faq.entries.entry import Entry
from handlers.language.script.normalise import fold

ALIKE = 90.0  # per cent of rapidfuzz's ratio
HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[^\W\u3400-\u9fff]+")
SHORT_WORD = 3  # letters
HAN_GRAM, LATIN_GRAM = 2, 5
EDITED = 2  # n-grams that an edit usually destroys


@dataclass(frozen=True, slots=True)
class Problem:
    """Something questionable: its `kind`, the entries' ids, a sentence, and whether answers are wrong because of it."""

    kind: str
    ids: tuple[str, ...]
    text: str
    serious: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One way to ask an entry: as written, as compared, and whether it is the entry's own question or its twin's."""

    entry: Entry
    text: str
    folded: str
    own: bool


def problems(entries: Sequence[Entry]) -> tuple[Problem, ...]:
    """Return what is questionable, the serious first."""
    asked = [each for entry in entries for each in _ways(entry)]
    found = [*_same(asked), *_alike(asked), *_short(asked)]
    return tuple(sorted(found, key=lambda each: not each.serious))


def _ways(entry: Entry) -> Iterator[Asked]:
    own = {entry.question, entry.twin.question if entry.twin else entry.question}
    seen: set[str] = set()
    for text in entry.questions:
        folded = fold(text)
        if folded and folded not in seen:
            seen.add(folded)
            yield Asked(entry, text, folded, text in own)


def _same(asked: Iterable[Asked]) -> Iterator[Problem]:
    groups: dict[str, list[Asked]] = defaultdict(list)
    for each in asked:
        groups[each.folded].append(each)
    told: set[tuple[str, str, str]] = set()
    for group in groups.values():
        for other in group[1:]:
            problem = _shared(group[0], other)
            key = (problem.kind, group[0].entry.id, other.entry.id)
            if key not in told:
                told.add(key)
                yield problem


def _shared(first: Asked, second: Asked) -> Problem:
    """Return what it means that two entries are asked with the same words."""
    ids = (first.entry.id, second.entry.id)
    contradicts = not _agree(first.entry, second.entry)
    if first.own != second.own:
        owner, lender = (first, second) if first.own else (second, first)
        text = f'"{owner.text}" is the question of {owner.entry.id} and an alternative of {lender.entry.id}'
        return Problem("shadow", ids, f"{text}; {_advice(contradicts=contradicts)}", contradicts)
    kind = "contradiction" if contradicts else "duplicate"
    text = f'{ids[0]} and {ids[1]} are both asked as "{first.text}"'
    return Problem(kind, ids, f"{text}; {_advice(contradicts=contradicts)}", contradicts)


def _advice(*, contradicts: bool) -> str:
    return (
        "their answers differ, so one of them is wrong" if contradicts else "their answers agree: make them one entry"
    )


def _agree(first: Entry, second: Entry) -> bool:
    answers = {fold(first.answer), *([fold(first.twin.answer)] if first.twin else [])}
    return fold(second.answer) in answers or bool(second.twin and fold(second.twin.answer) in answers)


def _alike(asked: Sequence[Asked]) -> Iterator[Problem]:
    told: set[tuple[str, str]] = set()
    for first, second in _candidates(asked):
        ids = (first.entry.id, second.entry.id)
        if first.folded == second.folded or ids in told or ids[::-1] in told:
            continue
        if ratio(first.folded, second.folded, score_cutoff=ALIKE) and not contradict(first.text, second.text):
            told.add(ids)
            text = f'"{first.text}" ({ids[0]}) and "{second.text}" ({ids[1]}) are nearly the same'
            yield Problem(
                "near-duplicate",
                ids,
                f"{text}; make them one entry, or if they mean different things, word them more differently",
            )


def _candidates(asked: Sequence[Asked]) -> Iterator[tuple[Asked, Asked]]:
    """Yield pairs of different entries that may be alike enough: of the rarest n-grams of each, one is shared.

    Prefix filtering: texts that are a few edits apart share all but a few n-grams per edit, so it is enough to index
    and look up that many and one more of each text, and the rarest of them lead to the fewest others.
    """
    grams = [_grams(each.folded) for each in asked]
    frequency = Counter(gram for each in grams for gram in each)
    index: dict[str, list[int]] = defaultdict(list)
    for at, each in enumerate(asked):
        size, edits = len(each.folded), _edits(len(each.folded))
        rarest = sorted(grams[at], key=lambda gram: (frequency[gram], gram))[: edits * EDITED + 1]
        for other in sorted({other for gram in rarest for other in index[gram]}):
            apart = abs(len(asked[other].folded) - size)
            if apart <= edits and asked[other].entry.id != each.entry.id:
                yield asked[other], each
        for gram in rarest:
            index[gram].append(at)


def _edits(size: int) -> int:
    """Return how many insertions and deletions lead to texts that are still alike."""
    return int(2 * size * (100 - ALIKE) / ALIKE)


def _grams(text: str) -> set[str]:
    # Letters say less than Chinese characters: their n-grams must be longer to lead to few others.
    size = LATIN_GRAM if text.isascii() else HAN_GRAM
    return {text[at : at + size] for at in range(max(1, len(text) - size + 1))}


def _short(asked: Iterable[Asked]) -> Iterator[Problem]:
    for each in asked:
        if _too_short(each.folded):
            text = f'"{each.text}" ({each.entry.id}) is too short to be matched safely; write it as a question'
            yield Problem("short", (each.entry.id,), text)


def _too_short(folded: str) -> bool:
    """Whether it is one Chinese character, one short word, or a number alone."""
    han, words = HAN.findall(folded), WORD.findall(folded)
    if len(han) + len(words) != 1:
        return not han and not words
    return bool(han) or words[0].isdigit() or len(words[0]) <= SHORT_WORD
