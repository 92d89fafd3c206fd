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

from handlers.language.normalise import fold

# What each contradiction leaves of the probability. Set by reading, not learnt: no set has enough of each.
LEFT = {"opposite": 0.3, "number": 0.35, "name": 0.4, "asking": 0.6, "negation": 0.7}
NUMBER = re.compile(r"\d+(?:\.\d+)?")
HAN_NUMBER = re.compile(r"[一二两三四五六七八九十百千万]+(?=[天日月年周个次人元块分秒小])")
DIGITS = {
    "一": "1",
    "两": "2",
    "二": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
    "十": "10",
}
# 能不能 asks the same as 能; 有没有 the same as 有. These are no negations, nor are these words.
ALTERNATIVE = re.compile(r"(\w)[不没](?=\1)|(\w{2})不(?=\2)|是否|能否|可否")
HARMLESS = re.compile(
    r"不动产|不锈钢|不好意思|不过|差不多|不同|不良|不仅|不管|不断|不久|不如|不安|不小心|没事|没问题|无线|无人机|非常|非洲|除非|未来"
    r"|not only|no problem|no\. ?\d"
)
NEGATION = re.compile(
    r"[不没无未非勿](?!$)|(?<![区级类性特分个识辨差])别(?!人|的|名|墅)"
    r"|\b(?:not|no|never|without|cannot|neither|nor|none"
    r"|(?:do|does|did|is|are|was|were|wo|ca|could|would|should|has|have|had)n['’]?t)\b"
)
ASKING = {
    "who": re.compile(r"谁|哪位|什么人|\b(?:who|whom|whose)\b"),
    "when": re.compile(r"什么时候|何时|几点|哪天|几号|什么时间|\bwhen\b|\bwhat (?:time|day|date)\b"),
    "where": re.compile(r"哪里|哪儿|在哪|何处|什么地方|\bwhere\b"),
    "why": re.compile(r"为什么|为何|为啥|\bwhy\b|\bhow come\b"),
    "how much": re.compile(r"多少钱|多少费|几块|几元|什么价|\bhow much\b|\bprice\b|\bcost\b"),
    "how long": re.compile(r"多久|多长时间|几天|多少天|几个月|\bhow long\b"),
    "how many": re.compile(r"多少个|多少次|几个(?!月)|几次|\bhow many\b"),
}
# What all of these begin with: most texts have none of it, and one look says so.
ASKS = re.compile(r"谁|[哪什何为几多]|wh|how|price|cost")
# A text with a word of either side of a pair is on neither.
BOTH = 3
LATIN = re.compile(r"[a-z][a-z0-9+#.]+")
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


@functools.lru_cache(maxsize=4096)
def question_marks(question: str) -> Marks:
    """Return the marks of a question as it stands in the FAQ."""
    return marks(fold(question))


@functools.lru_cache(maxsize=64)
def marks(text: str) -> Marks:
    """Return what is compared of a folded text."""
    plain = ALTERNATIVE.sub(r"", HARMLESS.sub("", text))
    numbers = [*NUMBER.findall(text), *(DIGITS.get(each, each) for each in HAN_NUMBER.findall(text))]
    # In a Chinese sentence a Latin word is a name; in an English one, anything.
    names = LATIN.findall(text) if HAN.search(text) else ()
    asks = ASKS.search(text) is not None
    asking = frozenset(kind for kind, pattern in ASKING.items() if pattern.search(text)) if asks else frozenset()
    return Marks(frozenset(numbers), bool(NEGATION.search(plain)), asking, frozenset(names), _sides(text))


def _sides(text: str) -> dict[int, int]:
    """Return which side of which pair of opposites a text is on, where it is on one only."""
    pattern, where = _opposites()
    found: dict[int, int] = {}
    for word in pattern.findall(text):
        for pair, side in where[word]:
            found[pair] = found.get(pair, side) | side
    return {pair: side for pair, side in found.items() if side != BOTH}


@functools.cache
def _opposites() -> tuple[re.Pattern[str], dict[str, list[tuple[int, int]]]]:
    """Return a pattern that finds the words of lookalikes.txt, and of each word its pairs with its side (1 or 2)."""
    lines = (files("handlers.faq") / "lookalikes.txt").read_text(encoding="utf-8").splitlines()
    where: dict[str, list[tuple[int, int]]] = {}
    for pair, line in enumerate(each for each in lines if each and not each.startswith("#")):
        for side, words in enumerate(line.split(), 1):
            for word in words.split("/"):
                where.setdefault(word, []).append((pair, side))
    longest = sorted(where, key=len, reverse=True)
    latin = "|".join(word for word in longest if word.isascii())
    han = "|".join(word for word in longest if not word.isascii())
    return re.compile(rf"\b(?:{latin})\b|{han}"), where


def _apart(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return bool(ours) and bool(theirs) and not ours & theirs
