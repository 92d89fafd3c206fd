"""A text as terms to be counted: its words in lower case, without punctuation and, where asked, without stop words."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable
from importlib.resources import files

from handlers.language.script.normalise import simplify
from handlers.language.segmentation import segment

Cut = Callable[[str], list[str]]
ENDS = re.compile(r"[。！？!?；;\n]+|\.(?=\s|$)")


@functools.cache
def stop_words() -> frozenset[str]:
    """Return the words of function_words.txt: Chinese (in both scripts) and English ones that carry no subject."""
    lines = (files("handlers.language.statistics") / "function_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def terms(text: str, cut: Cut = segment.words) -> list[str]:
    """Return the words of a text that have a letter or digit, folded to lower case, in their order.

    Traditional text is cut in Simplified characters, which is what the dictionary has, and keeps its own.
    """
    plain, at = simplify(text), 0
    found: list[str] = []
    for word in filter(lambda word: word.strip("_"), cut(plain)):
        at = plain.index(word, at)
        found.append(text[at : at + len(word)].casefold())
        at += len(word)
    return found


def telling(text: str, cut: Cut = segment.words) -> list[str]:
    """Return the terms of a text that are no stop words and no numbers."""
    return [term for term in terms(text, cut) if term not in stop_words() and not term.isdecimal()]


def frequencies(texts: Iterable[str], cut: Cut = segment.words) -> Counter[str]:
    """Return how often each telling term stands in the texts."""
    return Counter(term for text in texts for term in telling(text, cut))


def sentences(text: str, cut: Cut = segment.words) -> list[list[str]]:
    """Return the terms of each sentence of a text that has any."""
    return [found for each in ENDS.split(text) if (found := terms(each, cut))]
