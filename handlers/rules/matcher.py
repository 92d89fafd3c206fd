"""Which rules a text fires, the best first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from handlers.language.normalise import INVISIBLE, fold, written
from handlers.rules.rule import Kind, Pattern, Rule
from handlers.rules.search import Keywords, Regexes, Span

RUNNERS_UP = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that a text fires.

    Attributes:
        said: The whole text, as the person wrote it.
        span: Where the pattern was found in the folded text.
        groups: What the named groups of the rule's regexes took, as written but half-width.
        runners_up: The ids of the rules that would have answered next.
    """

    rule: Rule
    said: str
    span: Span
    groups: Mapping[str, str]
    runners_up: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What was found, as the person wrote it."""
        return written(self.said, *self.span)


class Rules:
    """Rules that are matched at once.

    A rule fires where one of its patterns (if it has any) and all of `all` occur and none of `none`. Its match is the
    longest of its patterns, the leftmost of equals (of `all` its first, where it has no patterns); the characters of
    `all` count for its length.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._wanted: list[list[int]] = []
        self._demands: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        distinct: dict[tuple[Kind, str], int] = {}
        for index, rule in enumerate(self.rules):
            for pattern in rule.patterns or rule.all[:1]:
                self._wanted[self._number(pattern, distinct)].append(index)
            if rule.all or rule.none:
                every, none = ([self._number(each, distinct) for each in some] for some in (rule.all, rule.none))
                self._demands[index] = (tuple(every), tuple(none))
        self._keywords = Keywords((number, *each) for each, number in distinct.items() if each[0] != "regex")
        self._regexes = Regexes((number, text) for (kind, text), number in distinct.items() if kind == "regex")

    def _number(self, pattern: Pattern, distinct: dict[tuple[Kind, str], int]) -> int:
        """Return the number of a pattern; those that are found in the same places have the same."""
        number = distinct.setdefault((pattern.kind, pattern.folded), len(distinct))
        if number == len(self._wanted):
            self._wanted.append([])
        return number

    def match(self, text: str, *, addressed: bool = True, chat: str = "") -> Match | None:
        """Return the rule that answers this text, or None. `chat` is `platform:id`."""
        ranked = self.matches(text, addressed=addressed, chat=chat)
        return ranked[0] if ranked else None

    def matches(self, text: str, *, addressed: bool = True, chat: str = "") -> tuple[Match, ...]:
        """Return every rule that could answer this text, the best first."""
        folded = fold(text)
        if not folded:
            return ()
        fired = self._fired(self._keywords.find(folded) | self._regexes.find(folded))
        if not fired:
            return ()
        order = sorted(fired, key=lambda index: (-self.rules[index].priority, -fired[index][0], index))
        able = [index for index in order if applies(self.rules[index], addressed=addressed, chat=chat)]
        return tuple(self._match(text, folded, able[place:], fired) for place in range(len(able)))

    def _match(self, text: str, folded: str, ranked: list[int], fired: Mapping[int, tuple[int, Span]]) -> Match:
        rule = self.rules[ranked[0]]
        runners_up = tuple(self.rules[index].id for index in ranked[1 : 1 + RUNNERS_UP])
        return Match(rule, text, fired[ranked[0]][1], _groups(rule, text, folded), runners_up)

    def _fired(self, found: Mapping[int, Span]) -> dict[int, tuple[int, Span]]:
        """Return, by the rule's index, how long its match is and where."""
        best: dict[int, Span] = {}
        for number, span in found.items():
            for index in self._wanted[number]:
                if index not in best or _is_better(span, best[index]):
                    best[index] = span
        return {index: (length, span) for index, span in best.items() if (length := self._length(index, span, found))}

    def _length(self, index: int, span: Span, found: Mapping[int, Span]) -> int:
        """Return how many characters the rule's match has, 0 where a demand is not met."""
        own = span[1] - span[0]
        if index not in self._demands:
            return own
        every, none = self._demands[index]
        if not all(number in found for number in every) or any(number in found for number in none):
            return 0
        lengths = [found[number][1] - found[number][0] for number in every]
        return own + sum(lengths if self.rules[index].patterns else lengths[1:])


def _is_better(span: Span, other: Span) -> bool:
    return (other[0] - other[1], other[0]) > (span[0] - span[1], span[0])


def applies(rule: Rule, *, addressed: bool, chat: str) -> bool:
    """Return whether a rule may answer here."""
    if rule.when == "addressed" and not addressed:
        return False
    return not rule.chats or any(fnmatchcase(chat, each) for each in rule.chats)


def _groups(rule: Rule, text: str, folded: str) -> dict[str, str]:
    """Return what the named groups took; of two regexes with the same group the first that took something counts."""
    groups: dict[str, str] = {}
    for pattern in (*rule.patterns, *rule.all):
        found = pattern.regex.search(folded) if pattern.kind == "regex" else None
        if not found:
            continue
        for name, number in pattern.regex.groupindex.items():
            if found.group(number) and name not in groups:
                taken = unicodedata.normalize("NFKC", written(text, *found.span(number)))
                groups[name] = INVISIBLE.sub("", taken)
    return groups
