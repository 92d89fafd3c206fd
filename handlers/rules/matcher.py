"""Which rules a text fires, the best first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from handlers.language.script.normalise import INVISIBLE, fold, written
from handlers.language.segmentation.segment import boundaries
from handlers.rules.rule import Kind, Pattern, Rule
from handlers.rules.search import Boundaries, Keywords, Regexes, Span

RUNNERS_UP = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that a text fires.

    Attributes:
        said: The whole text, as the person wrote it.
        span: Where the pattern was found in the folded text.
        runners_up: The ids of the rules that would have answered next.
    """

    rule: Rule
    said: str
    span: Span
    runners_up: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What was found, as the person wrote it."""
        return written(self.said, *self.span)

    @property
    def groups(self) -> dict[str, str]:
        """What the named groups of the rule's regexes took, as written but half-width (they go into links).

        Where two regexes have the same group, the first that took something counts.
        """
        regexes = [each.regex for each in (*self.rule.patterns, *self.rule.all) if each.kind == "regex"]
        groups: dict[str, str] = {}
        for found in filter(None, (regex.search(fold(self.said)) for regex in regexes)):
            for name, number in found.re.groupindex.items():
                if found.group(number) and name not in groups:
                    groups[name] = _plain(written(self.said, *found.span(number)))
        return groups


class Rules:
    """Rules that are matched at once.

    A rule fires where one of its patterns (if it has any) and all of `all` occur and none of `none`. Its match is the
    longest of its patterns, the leftmost of equals (of `all` its first, where it has no patterns); the characters of
    `all` count for its length. `cuts_words` says whether any of them depends on where words end.
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
        self.cuts_words = any(kind == "word" for kind, _ in distinct)
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

    def matches(
        self, text: str, *, addressed: bool = True, chat: str = "", cut: Boundaries = boundaries
    ) -> tuple[Match, ...]:
        """Return every rule that could answer this text, the best first.

        `cut` returns the offsets at which words of a folded text begin or end; a chat may have words of its own.
        """
        folded = fold(text)
        if not folded:
            return ()
        found = self._keywords.find(folded, cut) | self._regexes.find(folded)
        if not found:
            return ()
        fired = self._fired(found)
        order = sorted(fired, key=lambda index: (-self.rules[index].priority, -fired[index][0], index))
        able = [index for index in order if applies(self.rules[index], addressed=addressed, chat=chat)]
        ids = [self.rules[index].id for index in able]
        return tuple(
            Match(self.rules[index], text, fired[index][1], tuple(ids[place + 1 : place + 1 + RUNNERS_UP]))
            for place, index in enumerate(able)
        )

    def _fired(self, found: Mapping[int, Span]) -> dict[int, tuple[int, Span]]:
        """Return, by the rule's index, how long its match is and where."""
        best: dict[int, Span] = {}
        for number, span in found.items():
            for index in self._wanted[number]:
                if index not in best or _is_better(span, best[index]):
                    best[index] = span
        lengths = ((index, span, self._length(index, span, found)) for index, span in best.items())
        return {index: (length, span) for index, span, length in lengths if length is not None}

    def _length(self, index: int, span: Span, found: Mapping[int, Span]) -> int | None:
        """Return how many characters the rule's match has, None where a demand is not met."""
        own = span[1] - span[0]
        if index not in self._demands:
            return own
        every, none = self._demands[index]
        if not all(number in found for number in every) or any(number in found for number in none):
            return None
        lengths = [found[number][1] - found[number][0] for number in every]
        return own + sum(lengths if self.rules[index].patterns else lengths[1:])


def _is_better(span: Span, other: Span) -> bool:
    return (other[0] - other[1], other[0]) > (span[0] - span[1], span[0])


def applies(rule: Rule, *, addressed: bool, chat: str) -> bool:
    """Return whether a rule may answer here."""
    if rule.when == "addressed" and not addressed:
        return False
    return not rule.chats or any(fnmatchcase(chat, each) for each in rule.chats)


def _plain(text: str) -> str:
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
