"""Finding many patterns in a text at once: one automaton for the keywords, sets for the regexes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ahocorasick_rs
import re2

from handlers.language.segmentation.segment import boundaries
from handlers.rules.rule import Kind, bare, regex_options

Span = tuple[int, int]
Boundaries = Callable[[str], frozenset[int]]
HAN = re.compile("[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Fewer regexes are quicker one by one than asking a set first.
FEW_REGEXES = 4
SET_SIZE = 500
SET_BYTES = 32 << 20


class Text:
    """A folded text that is being searched; it is cut into words only when a Chinese word is looked for in it."""

    def __init__(self, folded: str, cut: Boundaries) -> None:
        self.folded = folded
        self._cut = cut
        self._boundaries: frozenset[int] | None = None
        self._bare: Span | None = None

    @property
    def bare(self) -> Span:
        """Where it begins and ends without punctuation and emoji around it."""
        if self._bare is None:
            self._bare = bare(self.folded)
        return self._bare

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
            self._boundaries = self._cut(self.folded)
        return offset in self._boundaries


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.combining(character) > 0


FITS: Mapping[Kind, Callable[[Text, int, int], bool]] = {
    "contains": lambda _text, _start, _end: True,
    "exact": lambda text, start, end: text.bare == (start, end),
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

    def find(self, folded: str, cut: Boundaries = boundaries) -> dict[int, Span]:
        """Return the leftmost place of every pattern that occurs, by its number; `cut` says where words end."""
        found: dict[int, Span] = {}
        # Overlapping and filtered afterwards: an automaton that keeps only the longest loses shorter ones that fit.
        hits = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        if not hits:
            return found
        text = Text(folded, cut)
        for needle, start, end in hits:
            for number, fits in self._uses[needle]:
                if number not in found and fits(text, start, end):
                    found[number] = (start, end)
        return found


Numbered = tuple[int, Any]


class Regexes:
    """All patterns that are regexes; sets of hundreds tell in one pass which of them are worth trying."""

    def __init__(self, patterns: Iterable[tuple[int, str]]) -> None:
        regexes = tuple((number, re2.compile(folded, regex_options())) for number, folded in patterns)
        self._blocks = tuple(_blocks(regexes)) if regexes else ()

    def find(self, folded: str) -> dict[int, Span]:
        """Return the leftmost match of every regex that has one, by its number."""
        if not self._blocks:
            return {}
        trying = (each for block in self._blocks for each in block.worth_trying(folded))
        found = ((number, regex.search(folded)) for number, regex in trying)
        return {number: match.span() for number, match in found if match}


@dataclass(frozen=True, slots=True)
class Block:
    """Regexes, and the set of them with one more that always matches; no set where one would be slower or too big."""

    regexes: tuple[Numbered, ...]
    union: Any = None

    def worth_trying(self, folded: str) -> Iterable[Numbered]:
        """Return the regexes that match, and perhaps others."""
        if self.union is None:
            return self.regexes
        hits = self.union.Match(folded) or ()
        # A set that runs out of memory names no regex, not even the one that always matches.
        if len(self.regexes) not in hits:
            return self.regexes
        return [self.regexes[hit] for hit in sorted(hits) if hit < len(self.regexes)]


def _blocks(regexes: tuple[Numbered, ...]) -> Iterator[Block]:
    """Divide regexes until a set of each part fits into memory."""
    if len(regexes) <= FEW_REGEXES:
        yield Block(regexes)
        return
    union = _union(regexes) if len(regexes) <= SET_SIZE else None
    if union is not None:
        yield Block(regexes, union)
        return
    middle = len(regexes) // 2
    yield from _blocks(regexes[:middle])
    yield from _blocks(regexes[middle:])


def _union(regexes: tuple[Numbered, ...]) -> Any:
    """Return the set of some regexes, None where it is too big."""
    options = re2.Options()
    options.max_mem, options.log_errors, options.case_sensitive = SET_BYTES, False, regex_options().case_sensitive
    union = re2.Set.SearchSet(options)
    try:
        for _, regex in regexes:
            union.Add(regex.pattern)
        union.Add("(?s).*")
        union.Compile()
    except re2.error:
        return None
    return union
