"""Real lines to compare by, and jieba itself as the reference."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jieba
import pytest

from handlers.language.script.normalise import simplify
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.lexicon import data

FOLDERS = ("traffic", "seg/sighan05-pku", "seg/ud-gsdsimp", "seg/ud-hk-hant", "seg/keywords-csl")


@functools.cache
def lines() -> tuple[str, ...]:
    """Return every distinct text of the evaluation data."""
    base = os.environ.get("EVALUATION_DATA")
    if not base or not Path(base, "seg").exists():
        pytest.skip("EVALUATION_DATA is not set to real texts")
    files = [file for folder in FOLDERS for file in sorted(Path(base, folder).glob("*.jsonl"))]
    entries = (json.loads(line) for file in files for line in file.read_text("utf-8").splitlines())
    return tuple(dict.fromkeys(value for entry in entries for value in entry.values() if isinstance(value, str)))


@functools.cache
def simplified() -> tuple[str, ...]:
    """Return them in Simplified characters: jieba cuts others as they are written, which its dictionary is not."""
    return tuple(dict.fromkeys(simplify(line) for line in lines()))


@functools.cache
def dictionary() -> tuple[dict[str, int], int]:
    """Return jieba's dictionary as it reads it, and the sum of its frequencies."""
    with data("dict.txt").open("rb") as file:
        frequencies, total = jieba.Tokenizer().gen_pfdict(file)
    return frequencies, total


def reference(words: Iterable[Word] = ()) -> Any:
    """Return a tokenizer of jieba's own, with these words added."""
    tokenizer = jieba.Tokenizer()
    frequencies, total = dictionary()
    tokenizer.FREQ, tokenizer.total = dict(frequencies), total
    tokenizer.initialized = True
    for word in words:
        tokenizer.add_word(word.text, word.frequency, word.tag)
    return tokenizer


@functools.cache
def plain() -> Any:
    """Return jieba's tokenizer as it is."""
    return reference()
