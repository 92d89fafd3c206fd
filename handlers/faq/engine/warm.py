"""Warm: what labelled questions teach an FAQ beyond its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from handlers.faq.entries.entry import Entry

NEAR = "near"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question people asked: the id of the entry that answers it, or None and the kind of off-topic message it is."""

    text: str
    expected: str | None
    kind: str


def taught(entries: Iterable[Entry], labelled: Sequence[Labelled]) -> tuple[Entry, ...]:
    """Return the entries with the questions that are labelled as theirs as further ways to ask them."""
    ways: dict[str, list[str]] = {}
    for each in labelled:
        if each.expected is not None:
            ways.setdefault(each.expected, []).append(each.text)
    return tuple(
        replace(entry, alternatives=(*entry.alternatives, *ways[entry.id])) if entry.id in ways else entry
        for entry in entries
    )


def unanswerable(labelled: Sequence[Labelled]) -> tuple[str, ...]:
    """Return the messages labelled as none of the FAQ's business. Look-alikes never tune a threshold."""
    return tuple(each.text for each in labelled if each.expected is None and each.kind != NEAR)
