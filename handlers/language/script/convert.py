"""Simplified and Traditional Chinese into each other, by OpenCC's tables."""

from __future__ import annotations

import functools
from typing import Literal, get_args

import opencc

from handlers.language.script.normalise import SURROGATES, simplify

# OpenCC's names: s Simplified, t Traditional, tw Taiwan, hk Hong Kong; p with the words that are usual there too.
Direction = Literal["s2t", "s2tw", "s2twp", "s2hk", "t2s", "t2tw", "t2hk", "tw2s", "tw2sp", "tw2t", "hk2s", "hk2t"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)


def convert(text: str, direction: Direction) -> str:
    """Return a text converted; lone surrogates become U+FFFD."""
    converted: str = _converter(direction).convert(SURROGATES.sub("\ufffd", text))
    return converted


def is_traditional(text: str) -> bool:
    """Return whether a text has characters that Simplified Chinese writes otherwise."""
    return simplify(text) != text


@functools.cache
def _converter(direction: Direction) -> opencc.OpenCC:
    return opencc.OpenCC(direction)
