"""ChatterBot's corpus files: categories, and conversations in which each line answers the one before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import yaml

from handlers.faq.entries.draft import Draft, one_line, wording
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats.yaml_nodes import items, place, scalar


def drafts(path: Path, pairs: Mapping[str, tuple[yaml.Node, yaml.Node]]) -> tuple[Draft, ...]:
    """Return a draft for each pair of lines that follow each other. Raises `FaqError`."""
    tags: tuple[str, ...] = ()
    if "categories" in pairs:
        tags = tuple(
            one_line(scalar(path, each, "a category")) for each in items(path, pairs["categories"][1], "categories")
        )
    return tuple(
        Draft(place(path, asked), wording(scalar(path, asked, "a line"), scalar(path, said, "a line")), tags=tags)
        for conversation in items(path, pairs["conversations"][1], "conversations")
        for asked, said in pairwise(items(path, conversation, "a conversation"))
    )


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write question and answer of every entry as a conversation; the format carries one set of tags for all."""
    held = tuple(entries)
    tags = dict.fromkeys(tag for each in held for tag in each.tags)
    corpus = {"categories": list(tags) or ["faq"], "conversations": [[each.question, each.answer] for each in held]}
    path.write_text(yaml.safe_dump(corpus, allow_unicode=True, sort_keys=False, width=float("inf")), encoding="utf-8")
