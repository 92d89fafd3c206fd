"""Part-of-speech tags: exactly those of jieba.posseg, some dozens of times as fast."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator

import rjieba

from handlers.language.hidden_markov import model
from handlers.language.lexicon import data
from handlers.language.matching import best_path
from handlers.language.own import Segmenter

# Unlike its segmentation, jieba's tagging ends a block at % and -.
BLOCKS = re.compile(r"([\u4e00-\u9fd5a-zA-Z0-9+#&._]+)")
LINE_END_OR_CHARACTER = re.compile(r"\r\n|.", re.DOTALL)
HAN = re.compile(r"([\u4e00-\u9fd5]+)")
NUMBERS_AND_LETTERS = re.compile(r"([.0-9]+|[a-zA-Z0-9]+)")
NUMBER = re.compile(r"[.0-9]+")
LETTER = re.compile(r"[a-zA-Z0-9]")
LETTERS = re.compile(r"[a-zA-Z0-9]+")
UNKNOWN = "x"
# Runs of characters that are in no word come again and again; longer ones seldom do.
SHORT, REMEMBERED = 8, 30_000

Tagged = tuple[str, str]
NOBODY = Segmenter()


def tag(text: str, *, hmm: bool = True, segmenter: Segmenter = NOBODY) -> list[Tagged]:
    """Return the words of a text with their tags (see `tagset`); joined the words are the text.

    The words are not always those of `segment.cut`: jieba's tagger has a hidden Markov model of its own.
    """
    found: list[Tagged] = []
    for place, block in enumerate(BLOCKS.split(text)):
        if place % 2 == 0:
            found += ((each, UNKNOWN) for each in LINE_END_OR_CHARACTER.findall(block))
        elif segmenter.knows_in(block):
            lexicon = segmenter.lexicon
            path = [(word, lexicon.tags.get(word) or tag_of(word)) for word in best_path(block, lexicon)]
            found += _joined(path, lexicon.is_word, hmm=hmm)
        else:
            found += _joined(_path(block), rjieba.has_word, hmm=hmm)
    return found


def _path(block: str) -> list[Tagged]:
    """Return the words that the dictionary alone gives; letters and digits apart, as none of its words is of these."""
    path: list[Tagged] = rjieba.tag(block, False)  # noqa: FBT003 — rjieba's signature
    if not LETTER.search(block):
        return path
    apart: list[Tagged] = []
    for word, its_tag in path:
        if LETTERS.fullmatch(word):
            apart += ((each, UNKNOWN) for each in word)
        else:
            apart.append((word, its_tag))
    return apart


def tag_of(word: str) -> str:
    """Return the tag that jieba's dictionary has for a word, x for what is none."""
    if not rjieba.has_word(word):
        return UNKNOWN
    (_, its_tag), *others = rjieba.tag(word, False)  # noqa: FBT003 — rjieba's signature
    return _cut_apart()[word] if others else its_tag


@functools.cache
def _cut_apart() -> dict[str, str]:
    """Return the tags of the words of the dictionary that it would itself cut, being so rare."""
    with data("dict.txt").open(encoding="utf-8") as lines:
        entries = (line.split() for line in lines)
        return {word: its_tag for word, _, its_tag in entries if len(rjieba.cut(word, False)) > 1}  # noqa: FBT003


def _joined(path: Iterable[Tagged], is_word: Callable[[str], bool], *, hmm: bool) -> list[Tagged]:
    """Put the single characters of a path together: with the HMM into what it recognises, else into English words."""
    found: list[Tagged] = []
    loose: list[Tagged] = []
    for each in path:
        if len(each[0]) == 1:
            loose.append(each)
            continue
        if loose:
            found += _recognised(loose, is_word) if hmm else _letters_joined(loose, is_word)
            loose = []
        found.append(each)
    if loose:
        found += _recognised(loose, is_word) if hmm else _letters_joined(loose, is_word)
    return found


def _letters_joined(loose: list[Tagged], is_word: Callable[[str], bool]) -> Iterator[Tagged]:
    letters = ""
    for each in _known(loose, is_word):
        if LETTER.match(each[0]):
            letters += each[0]
            continue
        if letters:
            yield letters, "eng"
            letters = ""
        yield each
    if letters:
        yield letters, "eng"


def _recognised(loose: list[Tagged], is_word: Callable[[str], bool]) -> Iterable[Tagged]:
    text = "".join([word for word, _ in loose])
    if len(loose) == 1 or is_word(text):
        return _known(loose, is_word)
    return _remembered(text) if len(text) <= SHORT else _unknown(text)


def _known(loose: list[Tagged], is_word: Callable[[str], bool]) -> list[Tagged]:
    """Take back the tags that rjieba has for Traditional characters that are no words of the dictionary."""
    return [(word, its_tag if is_word(word) else UNKNOWN) for word, its_tag in loose]


@functools.lru_cache(REMEMBERED)
def _remembered(text: str) -> tuple[Tagged, ...]:
    return tuple(_unknown(text))


def forget() -> None:
    """Forget the runs that were seen before: for those who measure how long a first time takes."""
    _remembered.cache_clear()


def _unknown(text: str) -> Iterator[Tagged]:
    for place, part in enumerate(HAN.split(text)):
        if place % 2:
            yield from model().tag(part)
        else:
            yield from ((each, _kind(each)) for each in NUMBERS_AND_LETTERS.split(part) if each)


def _kind(part: str) -> str:
    if NUMBER.match(part):
        return "m"
    return "eng" if LETTER.match(part) else UNKNOWN
