"""Part-of-speech tags: exactly those of jieba.posseg, some dozens of times as fast."""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Callable, Container, Iterable, Iterator
from functools import partial

import rjieba

from handlers.language.script.normalise import restored, simplify
from handlers.language.segmentation.lexicon import Lexicon, jieba_words
from handlers.language.segmentation.matching import best_path
from handlers.language.segmentation.own import Segmenter
from handlers.language.segmentation.segment import RARE
from handlers.language.tagging.hidden_markov import model

# Unlike its segmentation, jieba's tagging ends a block at % and -.
BLOCKS = re.compile(r"([\u4e00-\u9fd5a-zA-Z0-9+#&._]+)")
LINE_END_OR_CHARACTER = re.compile(r"\r\n|.", re.DOTALL)
HAN = re.compile(r"([\u4e00-\u9fd5]+)")
NUMBERS_AND_LETTERS = re.compile(r"([.0-9]+|[a-zA-Z0-9]+)")
NUMBER = re.compile(r"[.0-9]+")
LETTER = re.compile(r"[a-zA-Z0-9]")
LETTERS_APART = re.compile(r"([a-zA-Z0-9]+)")
# Beside Chinese characters, what a block is made of.
JOINING = frozenset(string.ascii_letters + string.digits + "+#&._")
# Without these, and characters that the fast engine takes for Chinese but jieba does not, blocks are the same in both.
SPECIAL = re.compile(f"[-%{RARE}]")
UNKNOWN = "x"
# Runs of characters that are in no word come again and again; longer ones seldom do.
SHORT, REMEMBERED = 8, 50_000

Tagged = tuple[str, str]
NOBODY = Segmenter()


def tag(text: str, *, hmm: bool = True, segmenter: Segmenter = NOBODY) -> list[Tagged]:
    """Return the words of a text with their tags (see `tagset`); joined the words are the text.

    The words are not always those of `segment.cut`: jieba's tagger has a hidden Markov model of its own. Traditional
    text is tagged as its Simplified characters are, which is what the dictionary has, and keeps its own.
    """
    plain = simplify(text)
    found = _tagged(plain, segmenter, hmm=hmm)
    if plain == text:
        return found
    return list(zip(restored(text, (word for word, _ in found)), (its_tag for _, its_tag in found), strict=True))


def _tagged(text: str, segmenter: Segmenter, *, hmm: bool) -> list[Tagged]:
    own = segmenter.knows_in(text)
    if not own and not SPECIAL.search(text):
        return _joined(rjieba.tag(text, False), _recognised if hmm else _letters_joined)  # noqa: FBT003 — rjieba's
    found: list[Tagged] = []
    for place, block in enumerate(BLOCKS.split(text)):
        if place % 2 == 0:
            found += ((each, UNKNOWN) for each in LINE_END_OR_CHARACTER.findall(block))
        elif own and segmenter.knows_in(block):
            found += _with_own(block, segmenter.lexicon, hmm=hmm)
        else:
            found += _tagged(block, NOBODY, hmm=hmm)
    return found


def _with_own(block: str, lexicon: Lexicon, *, hmm: bool) -> list[Tagged]:
    def tag_here(word: str) -> str:
        return lexicon.tags.get(word) or tag_of(word)

    path = [(word, tag_here(word)) for word in best_path(block, lexicon)]
    loose = partial(_loose, is_word=lexicon.is_word, tag_here=tag_here)
    return _joined(path, loose if hmm else partial(_letters_joined, tag_here=tag_here), lexicon.tags)


def tag_of(word: str) -> str:
    """Return the tag that jieba's dictionary has for a word, x for what is none."""
    if not rjieba.has_word(word):
        return UNKNOWN
    (_, its_tag), *others = rjieba.tag(word, False)  # noqa: FBT003 — rjieba's signature
    # Words so rare that the dictionary itself would cut them are looked up.
    return (jieba_words().tag(word) or UNKNOWN) if others else its_tag


def _joined(
    path: Iterable[Tagged], recognise: Callable[[str], Iterable[Tagged]], own: Container[str] = ()
) -> list[Tagged]:
    """Put the single characters of a path together into what is recognised in them; what ends a block stays alone.

    Letters and digits that rjieba puts together are single characters too: no word of the dictionary is of these alone.
    """
    found: list[Tagged] = []
    loose = ""
    for each in path:
        word = each[0]
        if len(word) == 1:
            if "\u4e00" <= word <= "\u9fd5" or word in JOINING:
                loose += word
                continue
            each = word, UNKNOWN  # noqa: PLW2901 — only here it is another one
        elif word.isascii():
            if word.isalnum() and word not in own:
                loose += word
                continue
            if word == "\r\n":
                each = word, UNKNOWN  # noqa: PLW2901 — as above
        if loose:
            found += recognise(loose)
            loose = ""
        found.append(each)
    if loose:
        found += recognise(loose)
    return found


def _letters_joined(loose: str, tag_here: Callable[[str], str] | None = None) -> Iterator[Tagged]:
    for part in LETTERS_APART.split(loose):
        if LETTER.match(part):
            yield part, "eng"
        else:
            yield from ((each, (tag_here or tag_of)(each)) for each in part)


def _recognised(loose: str) -> Iterable[Tagged]:
    return _remembered(loose) if len(loose) <= SHORT else _loose(loose, rjieba.has_word, tag_of)


@functools.lru_cache(REMEMBERED)
def _remembered(loose: str) -> tuple[Tagged, ...]:
    return tuple(_loose(loose, rjieba.has_word, tag_of))


def _loose(loose: str, is_word: Callable[[str], bool], tag_here: Callable[[str], str]) -> Iterable[Tagged]:
    """Return the words that single characters make: themselves where together they are a word that the path avoids."""
    if len(loose) == 1 or is_word(loose):
        return [(each, tag_here(each)) for each in loose]
    return _run(loose) if HAN.fullmatch(loose) else _unknown(loose)


def _run(run: str) -> Iterable[Tagged]:
    return _remembered_run(run) if len(run) <= SHORT else model().tag(run)


@functools.lru_cache(REMEMBERED)
def _remembered_run(run: str) -> tuple[Tagged, ...]:
    return tuple(model().tag(run))


def forget() -> None:
    """Forget the runs that were seen before: for those who measure how long a first time takes."""
    _remembered.cache_clear()
    _remembered_run.cache_clear()
    model().forget()


def _unknown(text: str) -> Iterator[Tagged]:
    for place, part in enumerate(HAN.split(text)):
        if place % 2:
            yield from _run(part)
        else:
            yield from ((each, _kind(each)) for each in NUMBERS_AND_LETTERS.split(part) if each)


def _kind(part: str) -> str:
    if NUMBER.match(part):
        return "m"
    return "eng" if LETTER.match(part) else UNKNOWN
