"""Finding the rules that a text fires: all keywords at once (Aho–Corasick), regexes behind one RE2 set."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import ahocorasick_rs
import re2

from handlers.language.normalise import INVISIBLE, fold, written
from handlers.language.segment import boundaries
from handlers.rules.rule import Kind, Pattern, Rule, regex_options

Span = tuple[int, int]
HAN = re.compile("[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Fewer regexes are quicker one by one than asking a set first.
FEW_REGEXES = 4
SET_SIZE = 500
SET_BYTES = 32 << 20
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


class Text:
    """A folded text that is being searched; it is cut into words only when a Chinese word is looked for in it."""

    def __init__(self, folded: str) -> None:
        self.folded = folded
        self._boundaries: frozenset[int] | None = None

    def is_boundary(self, offset: int) -> bool:
        """Return whether a word may begin or end here."""
        if offset in {0, len(self.folded)}:
            return True
        before, after = self.folded[offset - 1], self.folded[offset]
        han = (HAN.match(before) is not None) + (HAN.match(after) is not None)
        if han == 0:
            return not (_is_letter(before) and _is_letter(after))
        if han == 1:
            return True
        if self._boundaries is None:
            self._boundaries = boundaries(self.folded)
        return offset in self._boundaries


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.combining(character) > 0


FITS: Mapping[Kind, Callable[[Text, int, int], bool]] = {
    "contains": lambda _text, _start, _end: True,
    "exact": lambda text, start, end: start == 0 and end == len(text.folded),
    "prefix": lambda _text, start, _end: start == 0,
    "suffix": lambda text, _start, end: end == len(text.folded),
    "word": lambda text, start, end: text.is_boundary(start) and text.is_boundary(end),
}


class Keywords:
    """All patterns that are no regexes: one automaton over their distinct texts."""

    def __init__(self, patterns: Iterable[tuple[int, Pattern]]) -> None:
        uses: dict[str, list[tuple[int, Callable[[Text, int, int], bool]]]] = {}
        for number, pattern in patterns:
            uses.setdefault(pattern.folded, []).append((number, FITS[pattern.kind]))
        self._uses = [tuple(each) for each in uses.values()]
        self._automaton = ahocorasick_rs.AhoCorasick(list(uses), store_patterns=False)

    def find(self, folded: str) -> dict[int, Span]:
        """Return the leftmost place of every pattern that occurs, by its number."""
        found: dict[int, Span] = {}
        text = Text(folded)
        # Overlapping and filtered afterwards: an automaton that keeps only the longest loses shorter ones that fit.
        for needle, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            for number, fits in self._uses[needle]:
                if number not in found and fits(text, start, end):
                    found[number] = (start, end)
        return found


class Regexes:
    """All patterns that are regexes; sets of hundreds tell in one pass which of them are worth trying."""

    def __init__(self, patterns: Iterable[tuple[int, Pattern]]) -> None:
        self._all = tuple((number, pattern.regex) for number, pattern in patterns)
        many = len(self._all) > FEW_REGEXES
        blocks = range(0, len(self._all), SET_SIZE) if many else ()
        self._sets = tuple((_set_of(self._all[at : at + SET_SIZE]), at) for at in blocks)

    def find(self, folded: str) -> dict[int, Span]:
        """Return the leftmost match of every regex that has one, by its number."""
        found = ((number, regex.search(folded)) for number, regex in self._worth_trying(folded))
        return {number: match.span() for number, match in found if match}

    def _worth_trying(self, folded: str) -> Iterable[tuple[int, Any]]:
        if not self._sets:
            return self._all
        return [each for block, at in self._sets for each in self._possible(block, at, folded)]

    def _possible(self, block: Any, at: int, folded: str) -> Iterable[tuple[int, Any]]:
        """A set that runs out of memory says nothing, not even its last regex, which always matches: try them all."""
        size = min(SET_SIZE, len(self._all) - at)
        hits = block.Match(folded)
        if size not in hits:
            return self._all[at : at + size]
        return [self._all[at + hit] for hit in sorted(hits) if hit < size]


def _set_of(regexes: tuple[tuple[int, Any], ...]) -> Any:
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = SET_BYTES, False, regex_options().case_sensitive
    block = re2.Set.SearchSet(options)
    for _, regex in regexes:
        block.Add(regex.pattern)
    block.Add("(?s).*")
    block.Compile()
    return block


class Rules:
    """Rules that are matched at once.

    A rule fires where one of its patterns (if it has any) and all of `all` occur and none of `none`. Its match is the
    longest of its patterns, the leftmost of equals (of `all` its first, where it has no patterns); the characters of
    `all` count for its length.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        numbers: dict[Pattern, int] = {}
        self._wanted: list[list[int]] = []
        self._demands: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        for index, rule in enumerate(self.rules):
            for pattern in rule.patterns or rule.all[:1]:
                self._wanted[self._number(pattern, numbers)].append(index)
            if rule.all or rule.none:
                self._demands[index] = (
                    tuple(self._number(pattern, numbers) for pattern in rule.all),
                    tuple(self._number(pattern, numbers) for pattern in rule.none),
                )
        self._keywords = Keywords((number, each) for each, number in numbers.items() if each.kind != "regex")
        self._regexes = Regexes((number, each) for each, number in numbers.items() if each.kind == "regex")

    def _number(self, pattern: Pattern, numbers: dict[Pattern, int]) -> int:
        number = numbers.setdefault(pattern, len(numbers))
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
