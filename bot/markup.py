"""Placeholder for the Markdown renderer, which takes this module's place at integration: text as it is, no entities."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted stretch of a text; offset and length in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str = ""
    language: str = ""


def to_telegram(text: str) -> tuple[str, tuple[Entity, ...]]:
    """Return the text as it is."""
    return text, ()


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units a text has."""
    return len(text) + sum(letter > "\uffff" for letter in text)
