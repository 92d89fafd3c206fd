"""Finding many patterns in a text at once: one automaton for the keywords, sets for the regexes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ahocorasick_rs
import re2

from handlers.language.segment import boundaries
from handlers.rules.rule import Kind, regex_options

Span = tuple[int, int]
HAN = re.compile("[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Fewer regexes are quicker one by one than asking a set first.
FEW_REGEXES = 4
SET_SIZE = 500
SET_BYTES = 32 << 20


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

    def __init__(self, patterns: Iterable[tuple[int, Kind, str]]) -> None:
        uses: dict[str, list[tuple[int, Callable[[Text, int, int], bool]]]] = {}
        for number, kind, folded in patterns:
            uses.setdefault(folded, []).append((number, FITS[kind]))
        self._uses = list(uses.values())
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

    def __init__(self, patterns: Iterable[tuple[int, str]]) -> None:
        self._all = tuple((number, re2.compile(folded, regex_options())) for number, folded in patterns)
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
