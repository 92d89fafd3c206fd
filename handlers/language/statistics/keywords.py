"""Keywords of a text: by TF-IDF, and by TextRank, both exactly as jieba.analyse finds them, but faster."""

from __future__ import annotations

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from handlers.language.script.normalise import simplify
from handlers.language.segmentation.own import Segmenter
from handlers.language.statistics.idf import Idf, jieba_idf
from handlers.language.tagging.tag import NOBODY, Tagged, tag

SHORTEST = 2
# Tags of what TextRank takes for keywords, unless told otherwise: place names, nouns, verbs.
NAMING = ("ns", "n", "vn", "v")
WINDOW = 5
DAMPING = 0.85
ROUNDS = 10
# The stop words that jieba has of itself.
JIEBA_STOP = frozenset({
    "the", "of", "is", "and", "to", "in", "that", "we", "for", "an", "are", "by", "be", "as", "on", "with", "can", "if",
    "from", "which", "you", "it", "this", "then", "at", "have", "all", "not", "one", "has", "or",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword and what makes it one.

    Attributes:
        weight: TF × IDF, or the TextRank (the best has 1).
        count: How often it stands in the text.
        tf: Its share of all words that could be keywords.
        idf: How rare it is elsewhere; 0 where that was not asked.
    """

    word: str
    weight: float
    count: int
    tf: float
    idf: float = 0.0


def standard_idf() -> Idf:
    """Return jieba's table, of 270,132 words; words it does not have get its median."""
    return jieba_idf()()


def idf_of(documents: Iterable[str], segmenter: Segmenter = NOBODY) -> Idf:
    """Return the table over these documents, smoothed: log((1 + documents) / (1 + documents with the word)) + 1.

    Source: K. Spärck Jones, A statistical interpretation of term specificity, J. Documentation 1972, 28 (1); the
    smoothing is scikit-learn's.
    """
    sets = [set(segmenter.cut(simplify(document))) for document in documents]
    counts = Counter(word for words in sets for word in words)
    table = {word: math.log((1 + len(sets)) / (1 + count)) + 1 for word, count in counts.items()}
    return Idf(table, math.log(1 + len(sets)) + 1)


def by_tf_idf(
    text: str,
    *,
    idf: Idf | None = None,
    stop: Collection[str] = JIEBA_STOP,
    tags: Collection[str] = (),
    segmenter: Segmenter = NOBODY,
) -> list[Keyword]:
    """Return the words of two characters and more by TF × IDF, the most telling first; equal ones in the text's order.

    Args:
        text: Any text.
        idf: How rare words are; jieba's table by default.
        stop: Words (in lower case) that are left out.
        tags: Where given, only words with these part-of-speech tags.
        segmenter: What cuts the text.
    """
    idf = idf or standard_idf()
    words = _tagged(text, tags, segmenter) if tags else segmenter.cut(text)
    counts = Counter(word for word in words if len(word.strip()) >= SHORTEST and word.lower() not in stop)
    total = counts.total()
    found = [
        Keyword(word, count * (rarity / total), count, count / total, rarity)
        for word, count in counts.items()
        for rarity in [idf.of(simplify(word))]
    ]
    return sorted(found, key=lambda each: each.weight, reverse=True)


def _tagged(text: str, tags: Collection[str], segmenter: Segmenter) -> list[str]:
    return [word for word, its_tag in tag(text, segmenter=segmenter) if its_tag in tags]


def by_text_rank(
    text: str,
    *,
    stop: Collection[str] = JIEBA_STOP,
    tags: Collection[str] = NAMING,
    segmenter: Segmenter = NOBODY,
) -> list[Keyword]:
    """Return words by TextRank: those rank high that stand near many that rank high. It knows no other text.

    Source: R. Mihalcea, P. Tarau, TextRank: Bringing Order into Texts, EMNLP 2004.
    """
    words = tag(text, segmenter=segmenter)
    fits = [_fits(each, tags, stop) for each in words]
    counts = Counter(word for (word, _), fit in zip(words, fits, strict=True) if fit)
    ranks = _ranked(_together(words, fits))
    found = [Keyword(word, rank, counts[word], counts[word] / counts.total()) for word, rank in ranks.items()]
    return sorted(found, key=lambda each: each.weight, reverse=True)


def _fits(tagged: Tagged, tags: Collection[str], stop: Collection[str]) -> bool:
    word, its_tag = tagged
    return its_tag in tags and len(word.strip()) >= SHORTEST and word.lower() not in stop


def _together(words: list[Tagged], fits: list[bool]) -> dict[tuple[str, str], int]:
    """Return how often words stand within four words after each other."""
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    for start, (word, _) in enumerate(words):
        if fits[start]:
            for other in range(start + 1, min(start + WINDOW, len(words))):
                if fits[other]:
                    pairs[word, words[other][0]] += 1
    return pairs


def _ranked(pairs: Mapping[tuple[str, str], int]) -> dict[str, float]:
    edges: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for (one, other), weight in pairs.items():
        edges[one].append((other, weight))
        edges[other].append((one, weight))
    sums = {word: float(sum(weight for _, weight in its)) for word, its in edges.items()}
    shares = {word: [(other, weight / sums[other]) for other, weight in edges[word]] for word in sorted(edges)}
    ranks = dict.fromkeys(edges, 1.0 / (len(edges) or 1.0))
    for _ in range(ROUNDS):
        for word, its in shares.items():
            # No `sum`: from 3.12 on it rounds otherwise, and the ranks are to be jieba's to the last digit.
            rank = 0.0
            for other, share in its:
                rank += share * ranks[other]
            ranks[word] = (1 - DAMPING) + DAMPING * rank
    least = min(ranks.values(), default=0.0) / 10.0
    most = max(ranks.values(), default=sys.float_info.min)
    return {word: (rank - least) / (most - least) for word, rank in ranks.items()}
