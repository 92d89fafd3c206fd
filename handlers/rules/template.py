"""Answers with placeholders: what stands in {braces} is filled in once, and what was filled in is never read again."""

from __future__ import annotations

import re
from collections.abc import Mapping

FIXED = frozenset({"sender", "chat", "date", "time", "match"})
BRACES = re.compile(r"\{\{|\}\}|\{(\w+)\}|[{}]")
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


class TemplateError(ValueError):
    """An answer's braces are no template. The message is a clause that says why."""


def placeholders(template: str) -> tuple[str, ...]:
    """Return the names in braces, in their order. Raises `TemplateError` for a brace that belongs to none."""
    names = []
    for found in BRACES.finditer(template):
        if found[1]:
            names.append(found[1])
        elif len(found[0]) == 1:
            raise TemplateError(f"the answer has a lone {found[0]} (write {found[0] * 2} to show one)")
    return tuple(names)


def render(template: str, values: Mapping[str, str], *, markdown: bool = False) -> str:
    """Return the template with its placeholders filled; in Markdown the values are escaped.

    A name without a value (a group that took no part in the match) becomes nothing.
    """

    def filled(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0][0]
        value = values.get(found[1], "")
        return escape(value) if markdown else value

    return BRACES.sub(filled, template)


def escape(value: str) -> str:
    """Return text that Markdown shows as `value`, on one line: every ASCII punctuation mark is escaped."""
    return PUNCTUATION.sub(r"\\\1", " ".join(value.split()))
