"""The simplest ways to give words to a machine: as integer codes, and as vectors with a single one in them."""

from __future__ import annotations

from collections.abc import Sequence


def codes(words: Sequence[str]) -> dict[str, int]:
    """Return a number for every distinct word, counted from 0 in the order they first stand in."""
    return {word: number for number, word in enumerate(dict.fromkeys(words))}


def integers(words: Sequence[str]) -> list[int]:
    """Return the words as their numbers."""
    numbers = codes(words)
    return [numbers[word] for word in words]


def one_hot(words: Sequence[str]) -> list[list[int]]:
    """Return a vector for each word, as long as there are distinct ones: 1 at the word's number, 0 elsewhere."""
    numbers = codes(words)
    return [[int(number == numbers[word]) for number in range(len(numbers))] for word in words]
