"""Texts of people's and of the model's as Markdown that shows them as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from handlers.language.revision import Change

# Everything that may mean something at the beginning of a line, and what does so within one.
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
INLINE = re.compile(r"([\\`*_~\[\]<>|&])")
LINES = re.compile(r"(\s*\n\s*)")
# A backslash before these would begin a formula.
ENTITIES = {"(": "&#40;", "[": "&#91;"}
SIDES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)


def escape(text: str) -> str:
    """Return Markdown that shows a text as it is written, its lines as lines (white space around them is lost)."""
    return PUNCTUATION.sub(_escaped, text)


def inline(text: object) -> str:
    """Return Markdown that shows a text within a line as it is written; its own lines become one."""
    return INLINE.sub(_escaped, " ".join(str(text).split()))


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: bool = True) -> str:
    """Return a Markdown table; all columns but the first are `numbers`, aligned to the right."""
    rule = [":--", *(("--:" if numbers else ":--") for _ in head[1:])]
    lines = [rule, *([_cell(each) for each in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in ([_cell(each) for each in head], *lines))


def corrected(changes: Iterable[Change]) -> str:
    """Return Markdown of a text with its changes marked: what is gone struck out, what is new bold."""
    return "".join(escape(each.old) if each.same else _marked(each) for each in changes)


def _escaped(found: re.Match[str]) -> str:
    return ENTITIES.get(found[1], f"\\{found[1]}")


def _marked(change: Change) -> str:
    if not change.old.strip():
        return _around(change.new, "**")
    if not change.new.strip():
        return _around(change.old, "~~") + change.new
    return _around(change.old, "~~") + _around(change.new, "**")


def _around(text: str, mark: str) -> str:
    """Put marks around what can be seen of each line: around white space they would mean themselves."""
    return "".join(part if not part.strip() else _line(part, mark) for part in LINES.split(text))


def _line(text: str, mark: str) -> str:
    found = SIDES.fullmatch(text)
    before, seen, after = found.groups() if found else ("", text, "")
    return f"{before}{mark}{escape(seen)}{mark}{after}"


def _cell(value: object) -> str:
    return inline(value) or " "
