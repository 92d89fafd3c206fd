"""The meaning of rules, told as simply as possible: one rule after the other, one pattern after the other."""

from __future__ import annotations

import re

from handlers.language.script.normalise import fold
from handlers.language.segmentation.segment import boundaries
from handlers.rules.rule import Pattern, Rule


def places(pattern: Pattern, text: str) -> list[tuple[int, int]]:
    """Return where the pattern is in a folded text, from left to right."""
    needle = pattern.folded
    if pattern.kind == "regex":
        found = re.search(needle, text, re.IGNORECASE)
        return [found.span()] if found else []
    everywhere = [(at, at + len(needle)) for at in range(len(text)) if text.startswith(needle, at)]
    return [span for span in everywhere if _fits(pattern, text, *span)]


def _fits(pattern: Pattern, text: str, start: int, end: int) -> bool:
    if pattern.kind == "word":
        return _cut(text, start) and _cut(text, end)
    if pattern.kind == "exact":
        # Of the characters that the tests are made of, these are punctuation.
        return (start, text[start:end]) == (text.index(text.strip(" ,")), text.strip(" ,") or text)
    at_start = start == 0 or pattern.kind in {"contains", "suffix"}
    at_end = end == len(text) or pattern.kind in {"contains", "prefix"}
    return at_start and at_end


def _cut(text: str, at: int) -> bool:
    if at in {0, len(text)}:
        return True
    both = text[at - 1 : at + 1]
    if all("一" <= each <= "鿿" for each in both):
        return at in boundaries(text)
    return any("一" <= each <= "鿿" for each in both) or not all(each.isalnum() for each in both)


def best(rules: list[Rule], said: str) -> tuple[str, tuple[int, int]] | None:
    """Return the id of the rule that answers, and where its match is."""
    text, ranked = fold(said), []
    for order, rule in enumerate(rules):
        if not all(places(each, text) for each in rule.all) or any(places(each, text) for each in rule.none):
            continue
        spans = [span for each in rule.patterns or rule.all[:1] for span in places(each, text)[:1]]
        if not spans or not text:
            continue
        span = min(spans, key=lambda each: (each[0] - each[1], each[0]))
        others = [places(each, text)[0] for each in (rule.all if rule.patterns else rule.all[1:])]
        length = sum(end - start for start, end in (span, *others))
        ranked.append((-rule.priority, -length, order, rule.id, span))
    return (min(ranked)[3], min(ranked)[4]) if ranked else None
