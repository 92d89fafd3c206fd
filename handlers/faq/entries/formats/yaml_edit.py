"""Changing a YAML file where its entries changed, so that the owner's comments and layout stay as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import yaml as pyyaml

from handlers.faq.entries.draft import FaqError, entries_of
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats import yaml
from handlers.faq.entries.formats.text import utf8
from handlers.faq.entries.formats.yaml_nodes import items, mapping, root

COMMENT = re.compile(r"^( *)(?:#.*)?$")
DASH = re.compile(r"^ *- +")


def edited(path: Path, old: Sequence[Entry], new: Sequence[Entry]) -> str | None:
    """Return the file's text with its entries changed: changed ones rewritten in place, added ones at the end.

    None where that cannot be done (entries in brackets, say): the file must then be written anew, without comments.

    Args:
        path: The file.
        old: The entries as they stand in the file.
        new: The same in the same order, perhaps changed, then those that are added.
    """
    text = utf8(path)
    ending = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    spans = _spans(path, text, len(old))
    if spans is None:
        return None
    changed = _changed(text.split("\n"), spans, old, new)
    return changed.replace("\n", ending) if _reads_as(path, changed, new) else None


def _changed(lines: list[str], spans: Sequence[tuple[int, int]], old: Sequence[Entry], new: Sequence[Entry]) -> str:
    indent = _indent(lines[spans[0][0]]) if spans else ""
    at = spans[-1][1] if spans else len(lines)
    added = "\n".join(_block(each, indent) for each in new[len(old) :])
    if added:
        rest = lines[at:] if spans else []
        lines[at:] = ["", *added.rstrip("\n").split("\n"), *(rest or [""])]
    for (first, end), before, after in reversed(list(zip(spans, old, new, strict=False))):
        if before != after:
            lines[first:end] = _block(after, indent).rstrip("\n").split("\n")
    return "\n".join(lines)


def _spans(path: Path, text: str, count: int) -> list[tuple[int, int]] | None:
    """Return the lines of each entry, first and one past the last, without the comments after it."""
    document = root(path, text)
    if document is None:
        return []
    if isinstance(document, pyyaml.MappingNode):
        document = yaml.entries_node(path, mapping(path, document, "a FAQ file"))
    nodes = items(path, document, "a FAQ file")
    lines = text.split("\n")
    starts = [each.start_mark.line for each in nodes]
    if len(nodes) != count or not nodes or not all(DASH.match(lines[start]) for start in starts):
        return None
    ends = [*starts[1:], len(lines)]
    return [(start, _end(lines, start, end)) for start, end in zip(starts, ends, strict=True)]


def _end(lines: Sequence[str], start: int, end: int) -> int:
    """Return where an entry ends: before the blank lines and comments that are not indented deeper than its dash."""
    column = len(_indent(lines[start]))
    while end > start + 1 and (comment := COMMENT.match(lines[end - 1])):
        if lines[end - 1].strip() and len(comment[1]) > column:
            break
        end -= 1
    return end


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]


def _block(entry: Entry, indent: str) -> str:
    block = yaml.dump((entry,))
    return "\n".join(f"{indent}{line}" if line else "" for line in block.split("\n"))


def _reads_as(path: Path, text: str, entries: Sequence[Entry]) -> bool:
    try:
        return entries_of(yaml.parse(path, text)) == tuple(entries)
    except FaqError:
        return False
