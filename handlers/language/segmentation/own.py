"""Segmentation with words of one's own: jieba's dictionary is shared, and no state of it is ever changed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from handlers.language.script.normalise import restored, simplify
from handlers.language.segmentation import segment
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.lexicon import Lexicon, standard
from handlers.language.segmentation.matching import best_path, joined
from handlers.language.segmentation.segment import BLOCKS, LINE_END_OR_CHARACTER, WORD, ends_of, grams, with_hmm

# What jieba can find as one word.
POSSIBLE = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+")


class Segmenter:
    """Cuts by jieba's dictionary and some more words, which are Simplified: so is a text while it is cut.

    Where none of them occurs, the fast engine cuts; elsewhere the word graph is built over both. The words' share of
    the total weighs in the latter only: their sum is small beside the dictionary's 60 million.
    """

    def __init__(self, words: Iterable[Word] = ()) -> None:
        self.words = tuple(replace(word, text=simplify(word.text)) for word in words)
        by_first: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            by_first[word.text[0]].append(word.text)
        self._by_first = {first: tuple(texts) for first, texts in by_first.items()}
        self._lexicon: Lexicon | None = None

    @property
    def lexicon(self) -> Lexicon:
        """The words that it knows, all of them."""
        if self._lexicon is None:
            self._lexicon = standard().with_words(self.words) if self.words else standard()
        return self._lexicon

    def knows_in(self, text: str) -> bool:
        """Return whether one of its own words stands in a Simplified text."""
        if not self.words:
            return False
        firsts = self._by_first.keys() & set(text)
        return any(word in text for first in firsts for word in self._by_first[first])

    def cut(self, text: str, *, hmm: bool = True) -> list[str]:
        """Return the words of a text in jieba's accurate mode; joined they are the text."""
        plain = simplify(text)
        words = self._cut(plain, hmm=hmm)
        return words if plain == text else restored(text, words)

    def _cut(self, text: str, *, hmm: bool) -> list[str]:
        if not self.knows_in(text):
            return segment.cut(text, hmm=hmm)
        words: list[str] = []
        for place, block in enumerate(BLOCKS.split(text)):
            words += self._cut_block(block, hmm=hmm) if place % 2 else LINE_END_OR_CHARACTER.findall(block)
        return words

    def _cut_block(self, block: str, *, hmm: bool) -> Iterable[str]:
        if not self.knows_in(block):
            return segment.cut(block, hmm=hmm)
        path = best_path(block, self.lexicon)
        return with_hmm(path, self.lexicon.is_word) if hmm else joined(path)

    def cut_for_search(self, text: str, *, hmm: bool = True) -> list[str]:
        """Return the words in jieba's search-engine mode: long words come after the shorter ones within them."""
        plain = simplify(text)
        if plain == text and not self.knows_in(text):
            return segment.cut_for_search(text, hmm=hmm)
        is_word = self.lexicon.is_word
        words = self._cut(plain, hmm=hmm)
        pairs = zip(words, restored(text, words), strict=True)
        return [part for word, own in pairs for part in (*(own[at:end] for at, end in grams(word, is_word)), own)]

    def words_of(self, text: str) -> list[str]:
        """Return the words of a text without punctuation and spaces."""
        return [each for each in self.cut(text) if WORD.search(each)]

    def boundaries(self, text: str) -> frozenset[int]:
        """Return the offsets at which a word begins or ends, 0 and the length among them."""
        return ends_of(self.cut(text))

    def needed(self, word: str) -> int:
        """Return the least frequency with which a word stays whole by itself, as jieba's `suggest_freq` does."""
        lexicon = self.lexicon
        share = 1.0
        for each in (part for block in BLOCKS.split(word) if block for part in best_path(block, lexicon)):
            share *= (lexicon.frequency(each) or 1) / lexicon.total
        return max(int(share * lexicon.total) + 1, lexicon.frequency(word) or 1)
