"""The classic dictionary algorithms of Chinese word segmentation, in time linear in the text. Start at `METHODS`.

Each is given a text and a lexicon and returns words that are the text when joined. As in jieba, letters and digits that
are in no word of the dictionary stay together, and what is no word character stands alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from handlers.language.segmentation.lexicon import Lexicon
from handlers.language.segmentation.segment import BLOCKS, LINE_END_OR_CHARACTER

LETTER = re.compile(r"[a-zA-Z0-9]")
Method = Callable[[str, Lexicon], list[str]]


def forward(text: str, lexicon: Lexicon) -> list[str]:
    """Forward maximum matching: from the left, each time the longest word of the dictionary.

    Source: the MM method of 梁南元, 书面汉语自动分词系统—CDWS, 中文信息学报 1987 (2).
    """
    return _by_blocks(text, lexicon, _forward)


def backward(text: str, lexicon: Lexicon) -> list[str]:
    """Backward maximum matching: from the right, each time the longest word. Errs about half as often as forward.

    Source: the RMM method, in the same paper.
    """
    return _by_blocks(text, lexicon, _backward)


def bidirectional(text: str, lexicon: Lexicon) -> list[str]:
    """Bidirectional matching: where forward and backward differ, the one with fewer words, then fewer single ones.

    Where these are equal too, backward. Decided block by block (between punctuation).
    Source: 孙茂松, 邹嘉彦, 汉语自动分词研究评述, 当代语言学 2001 (1).
    """
    return _by_blocks(text, lexicon, _bidirectional)


def graph(text: str, lexicon: Lexicon) -> list[str]:
    """Return the best path over the graph of all words: the one whose words' probabilities multiply to the most.

    That is a unigram language model, solved by dynamic programming from the right; jieba does the same without HMM.
    Source: 张华平, 刘群, 基于N-最短路径方法的中文词语粗分模型, 中文信息学报 2002 (5), with N = 1.
    """
    return _by_blocks(text, lexicon, lambda block, words: list(joined(best_path(block, words))))


METHODS: Mapping[str, Method] = {
    "forward": forward,
    "backward": backward,
    "bidirectional": bidirectional,
    "graph": graph,
}


def _by_blocks(text: str, lexicon: Lexicon, method: Callable[[str, Lexicon], list[str]]) -> list[str]:
    words: list[str] = []
    for place, block in enumerate(BLOCKS.split(text)):
        words += method(block, lexicon) if place % 2 else LINE_END_OR_CHARACTER.findall(block)
    return words


def _forward(block: str, lexicon: Lexicon) -> list[str]:
    words, start = [], 0
    while start < len(block):
        end = (lexicon.ends(block, start) or [start + 1])[-1]
        words.append(block[start:end])
        start = end
    return list(joined(words))


def _backward(block: str, lexicon: Lexicon) -> list[str]:
    words, end = [], len(block)
    while end:
        starts = range(max(0, end - lexicon.longest), end)
        start = next((each for each in starts if lexicon.is_word(block[each:end])), end - 1)
        words.append(block[start:end])
        end = start
    return list(joined(reversed(words)))


def _bidirectional(block: str, lexicon: Lexicon) -> list[str]:
    # Of equals `min` takes the first: backward.
    return min(_backward(block, lexicon), _forward(block, lexicon), key=_cost)


def _cost(words: list[str]) -> tuple[int, int]:
    return len(words), sum(len(each) == 1 for each in words)


def best_path(block: str, lexicon: Lexicon, *, without: str = "") -> list[str]:
    """Return the words of a block by the word graph; of two equally good ways the one whose words are longer first.

    The word `without` is taken for none.
    """
    size, log_total = len(block), math.log(lexicon.total)
    # From each offset to the end: the best logarithm of the probability, and where the first word ends.
    best: list[tuple[float, int]] = [(0.0, size)] * (size + 1)
    for start in range(size - 1, -1, -1):
        ends = [end for end in lexicon.ends(block, start) if block[start:end] != without] or [start + 1]
        best[start] = max(
            (math.log(lexicon.frequency(block[start:end]) or 1) - log_total + best[end][0], end) for end in ends
        )
    words, start = [], 0
    while start < size:
        end = best[start][1]
        words.append(block[start:end])
        start = end
    return words


def joined(words: Iterable[str]) -> Iterator[str]:
    """Yield the words with neighbouring single letters and digits put together."""
    letters = ""
    for word in words:
        if len(word) == 1 and LETTER.match(word):
            letters += word
            continue
        if letters:
            yield letters
            letters = ""
        yield word
    if letters:
        yield letters
