"""Where a long text may be cut into pages: start reading at `page_at`.

The law: a page is `opening + text[start:stop] + closing`. Opening and closing are empty or the fence lines of a code
block that goes on over the border. Between two pages nothing is left out but whitespace, and the line that closed a
code block which the page before has closed already (or as much of that line as the text ends with). What a page is
depends on the text up to its border only, so that a text which is still growing gives the pages of the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import wcwidth

Length = Callable[[str], int]

LONGEST_LANGUAGE = 16
LONGEST_INDENTATION = 32
FENCE = re.compile(r"[ \t]{0,12}(`{3,8}(?=[^`\n]*$)|~{3,8})[ \t]*([^\s`~{]*)[^\n]*", re.MULTILINE)
PARAGRAPH = re.compile(r"\n[ \t]*\n")
LINE = re.compile(r"\n")
CLOSING_QUOTES = "”’」』）〉》】〕\"')\\]"
SENTENCE = re.compile(f"(?:[。！？!?…．]+[{CLOSING_QUOTES}]*|(?<![.!?…])[.!?…]+[{CLOSING_QUOTES}]*(?=\\s))")
ASCII_SENTENCE_END = re.compile(f"[.!?]+[{CLOSING_QUOTES}]*$")
CLAUSE = re.compile(f"(?<![，；：、,;:])[，；：、,;:]+[{CLOSING_QUOTES}]*(?=[^\\x21-\\x7e])")
# Between characters, but not between these: half surrogates of one character, and marks that belong together.
TORN = re.compile("[\ud800-\udbff][\udc00-\udfff]|\\*\\*|``+|~~|__")
WORD = re.compile(r"\s+|(?<=[^\W\d_][\-/])(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Fence:
    """A code block that is open: its `marker` and the `language` it was opened with."""

    marker: str
    language: str = ""

    @property
    def opening(self) -> str:
        """The line that opens it again."""
        return f"{self.marker}{self.language if len(self.language) <= LONGEST_LANGUAGE else ''}\n"

    @property
    def closing(self) -> str:
        """The line that closes it."""
        return f"\n{self.marker}"

    def closed_by(self, line: str) -> bool:
        """Return whether a line ends the code block."""
        line = line.strip()
        return len(line) >= len(self.marker) and not line.strip(self.marker[0])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: an offset into the text, and the code block that is open there."""

    offset: int = 0
    fence: Fence | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """One page: `opening + text[start:stop] + closing`, and where the next begins (None while this takes all)."""

    opening: str
    start: int
    stop: int
    closing: str
    after: Place | None

    def page(self, text: str) -> str:
        """Return the page's text; empty where nothing but whitespace is left."""
        return f"{self.opening}{text[self.start : self.stop]}{self.closing}" if self.start < self.stop else ""


def pages(text: str, limit: int, length: Length, *, fences: bool = True) -> list[str]:
    """Return a text as pages of at most `limit` (at least 50) in the unit of `length`, none of them empty.

    Cut at paragraphs, then lines, sentences, clauses, words; between characters only where the page's last half has
    nothing better, and never within one (a grapheme cluster that fits on a page). `length` must grow with its text.
    `fences` says that the text is Markdown: a code block that goes over the border is closed and opened again.
    """
    return [cut.page(text) for cut in cuts(text, limit, length, fences=fences)]


def cuts(text: str, limit: int, length: Length, *, fences: bool = True) -> Iterator[Cut]:
    """Yield the pages of a whole text as cuts of it."""
    place: Place | None = Place()
    while place is not None:
        cut = page_at(text, place, limit, length, fences=fences)
        if cut.start < cut.stop:
            yield cut
        place = cut.after


def page_at(text: str, place: Place, limit: int, length: Length, *, fences: bool = True) -> Cut:
    """Return the page that begins at a place, of a text that may still be growing."""
    start, fence = _begin(text, place)
    stop = start + len(text[start:].rstrip())
    opening = fence.opening if fence else ""
    room = limit - length(opening)
    if length(text[start:stop]) <= room:
        return Cut(opening, start, stop, "", None)
    end = _fit(text, start, room, length)
    blocks = list(_blocks(text, start, end, fence)) if fences else []
    tightest = max((length(each.fence.closing) for each in blocks), default=0)
    inside = _fit(text, start, room - tightest, length) if tightest else end
    border = _border(text, start, end, inside, blocks)
    block = next((each.fence for each in blocks if each.holds(border)), None)
    stop = start + len(text[start:border].rstrip())
    return Cut(opening, start, stop, block.closing if block else "", Place(border, block))


def open_fence(text: str) -> Fence | None:
    """Return the code block that a text leaves open."""
    return next((each.fence for each in _blocks(text, 0, len(text), None) if each.holds(len(text))), None)


def _begin(text: str, place: Place) -> tuple[int, Fence | None]:
    """Skip what belongs to the border before a page: blank lines, and the end of a code block that is closed."""
    start, fence = place.offset, place.fence
    if fence:
        line = text[start:].lstrip().partition("\n")[0]
        whole = len(text) == text.find(line, start) + len(line)
        if line and (fence.closed_by(line) or (whole and not line.strip().strip(fence.marker[0]))):
            start, fence = text.find(line, start) + len(line), None
    first = len(text) - len(text[start:].lstrip())
    indented = max(text.rfind("\n", start, first) + 1, start)
    keeps = (fence is not None or start == 0) and first - indented <= LONGEST_INDENTATION
    return indented if keeps else first, fence


def _fit(text: str, start: int, room: int, length: Length) -> int:
    """Return the end of the longest piece from `start` whose length is at most `room`."""
    low, high = 1, min(room, len(text) - start)
    if length(text[start : start + high]) <= room:
        return start + high
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(text[start : start + middle]) <= room else (low, middle - 1)
    return start + low


@dataclass(frozen=True, slots=True)
class _Block:
    """A code block: from the first character of its code to the line that closes it."""

    fence: Fence
    begin: int
    code: int
    end: int

    def holds(self, offset: int) -> bool:
        return self.begin < offset < self.end


def _blocks(text: str, start: int, end: int, fence: Fence | None) -> Iterator[_Block]:
    """Yield the code blocks between two offsets; the last one may be open at the end."""
    begin = code = start - 1 if fence else start
    for match in FENCE.finditer(text, start, end + 1):
        if match.start() != start and text[match.start() - 1] != "\n":
            continue
        if fence is None:
            fence = Fence(match[1], match[2])
            begin, code = match.start(), match.end()
        elif fence.closed_by(match[0]):
            yield _Block(fence, begin, code, match.end())
            fence = None
    if fence:
        yield _Block(fence, begin, code, end + 2)


def _border(text: str, start: int, end: int, inside: int, blocks: list[_Block]) -> int:
    """Return the best offset for the page to end at: at most `end`, and at most `inside` within a code block."""
    first = start + len(text[start:end]) - len(text[start:end].lstrip())

    def allowed(offset: int) -> bool:
        block = next((each for each in blocks if each.holds(offset)), None)
        if block is None:
            return first < offset <= end
        return first < offset <= inside and bool(text[block.code : offset].strip())

    half = start + (end - start) // 2
    for candidates in _candidates(text, start, half, end, blocks):
        for offset in candidates:
            if half <= offset and allowed(offset):
                return offset
    return _between_characters(text, start, inside if any(each.holds(end) for each in blocks) else end)


def _candidates(text: str, start: int, half: int, end: int, blocks: list[_Block]) -> Iterator[list[int]]:
    """Yield offsets to cut at, the best kind first; of a kind the last offset first."""
    paragraphs = [match.start() for match in PARAGRAPH.finditer(text, half, end + 1)][::-1]
    lines = [match.start() for match in LINE.finditer(text, half, end + 1)][::-1]
    for offsets in (paragraphs, lines):
        yield [each for each in offsets if not any(block.holds(each) for block in blocks)]
        yield offsets
    words = [match.end() if not match[0] else match.start() for match in WORD.finditer(text, half, end + 1)][::-1]
    sentences = [match.end() for match in SENTENCE.finditer(text, half, end + 1) if _ends(text, match)][::-1]
    clauses = [match.end() for match in CLAUSE.finditer(text, half, end + 1)][::-1]
    for offsets in (sentences, clauses, words):
        yield [each for each in offsets if not _within_span(text, start, each)]
    yield from (sentences, clauses, words)


def _ends(text: str, match: re.Match[str]) -> bool:
    """Return whether this ends a sentence: a Latin full stop does only before a space, or there is 3.14 in it."""
    return not ASCII_SENTENCE_END.match(match[0]) or text[match.end() : match.end() + 1].isspace()


def _within_span(text: str, start: int, offset: int) -> bool:
    """Return whether bold text or code of this line is open at an offset."""
    begin = max(text.rfind("\n", start, offset), start)
    return bool(text.count("**", begin, offset) % 2 or text.count("`", begin, offset) % 2)


def _between_characters(text: str, start: int, end: int) -> int:
    """Return the last offset up to `end` that is not within a character as people see it."""
    boundary = start + wcwidth.grapheme_boundary_before(text[start : end + 1], end + 1 - start)
    if boundary == start:  # One character takes the whole page (combining marks without end): cut within it.
        boundary = end
    torn = next((each for each in TORN.finditer(text, start, end + 1) if each.start() < boundary < each.end()), None)
    return torn.start() if torn and text[start : torn.start()].strip() else boundary
