"""Look-alikes: questions that share nearly all their letters and mean something else.

Similarity cannot see that 7 天 is not 30 天, nor that "can I" is not "can't I". What this check finds is taken from the
confidence: numbers that differ, a negation too many, opposites, other question words, other names.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from handlers.faq.engine.negation import negated
from handlers.language.script.normalise import fold
from handlers.language.script.numerals import with_digits

# What each contradiction leaves of the probability. Set by reading, not learnt: no set has enough of each.
LEFT = {"opposite": 0.3, "number": 0.35, "name": 0.4, "asking": 0.6, "negation": 0.7}
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# How it is asked for in Chinese, and in English.
ASKING = {
    "who": (r"谁|哪位|什么人", r"\b(?:who|whom|whose)\b"),
    "when": (r"什么时候|何时|几点|哪天|几号|什么时间", r"\bwhen\b|\bwhat (?:time|day|date)\b"),
    "where": (r"哪里|哪儿|在哪|何处|什么地方", r"\bwhere\b"),
    "why": (r"为什么|为何|为啥", r"\bwhy\b|\bhow come\b"),
    "how much": (r"多少钱|多少费|几块|几元|什么价", r"\bhow much\b|\bprice\b|\bcost\b"),
    "how long": (r"多久|多长时间|几天|多少天|几个月", r"\bhow long\b"),
    "how many": (r"多少个|多少次|几个(?!月)|几次", r"\bhow many\b"),
}
ASKING_HAN = {kind: re.compile(han) for kind, (han, _) in ASKING.items()}
ASKING_LATIN = {kind: re.compile(latin) for kind, (_, latin) in ASKING.items()}
# Most texts have none of these, and one look says so.
ASKS_HAN = re.compile("|".join(han for han, _ in ASKING.values()))
ASKS_LATIN = re.compile("wh|how|price|cost")
# A text with a word of either side of a pair is on neither.
BOTH = 3
LATIN = re.compile(r"[a-z][a-z0-9+#.]+")
LETTERS = re.compile(r"[a-z]")
HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Marks:
    """What is compared of a question."""

    numbers: frozenset[str]
    negated: bool
    asking: frozenset[str]
    names: frozenset[str]
    sides: Mapping[int, int]


def conflicts(ours: Marks, theirs: Marks) -> tuple[str, ...]:
    """Return in what two questions contradict each other: names of `LEFT`."""
    found = []
    if ours.sides and any(theirs.sides.get(pair, side) != side for pair, side in ours.sides.items()):
        found.append("opposite")
    if _apart(ours.numbers, theirs.numbers):
        found.append("number")
    if ours.negated != theirs.negated:
        found.append("negation")
    if _apart(ours.names, theirs.names):
        found.append("name")
    if _apart(ours.asking, theirs.asking):
        found.append("asking")
    return tuple(found)


def contradict(one: str, other: str) -> bool:
    """Return whether two questions of the FAQ, however alike, are told apart by what they contradict each other in."""
    return bool(conflicts(question_marks(one), question_marks(other)))


@functools.lru_cache(maxsize=4096)
def question_marks(question: str) -> Marks:
    """Return the marks of a question as it stands in the FAQ."""
    return marks(fold(question))


@functools.lru_cache(maxsize=64)
def marks(text: str) -> Marks:
    """Return what is compared of a folded text."""
    numbers = NUMBER.findall(with_digits(text))
    # In a Chinese sentence a Latin word is a name; in an English one, anything.
    names = LATIN.findall(text) if HAN.search(text) else ()
    return Marks(frozenset(numbers), negated(text), _asking(text), frozenset(names), _sides(text))


def _asking(text: str) -> frozenset[str]:
    found = [kind for kind, pattern in ASKING_HAN.items() if pattern.search(text)] if ASKS_HAN.search(text) else []
    if ASKS_LATIN.search(text):
        found += [kind for kind, pattern in ASKING_LATIN.items() if pattern.search(text)]
    return frozenset(found)


def _sides(text: str) -> dict[int, int]:
    """Return which side of which pair of opposites a text is on, where it is on one only."""
    han, latin, where = _opposites()
    words = han.findall(text) + latin.findall(text) if LETTERS.search(text) else han.findall(text)
    found: dict[int, int] = {}
    for word in words:
        for pair, side in where[word]:
            found[pair] = found.get(pair, side) | side
    return {pair: side for pair, side in found.items() if side != BOTH} if found else found


@functools.cache
def _opposites() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, list[tuple[int, int]]]]:
    """Return patterns of the Chinese and the English words of lookalikes.txt, and of each its pairs with its side."""
    lines = (files("handlers.faq.engine") / "lookalikes.txt").read_text(encoding="utf-8").splitlines()
    where: dict[str, list[tuple[int, int]]] = {}
    for pair, line in enumerate(each for each in lines if each and not each.startswith("#")):
        for side, words in enumerate(line.split(), 1):
            for word in words.split("/"):
                where.setdefault(word, []).append((pair, side))
    longest = sorted(where, key=len, reverse=True)
    latin = "|".join(word for word in longest if word.isascii())
    han = "|".join(word for word in longest if not word.isascii())
    return re.compile(han), re.compile(rf"\b(?:{latin})\b"), where


def _apart(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return bool(ours) and bool(theirs) and not ours & theirs
