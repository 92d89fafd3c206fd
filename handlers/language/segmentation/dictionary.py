"""The owner's words in jieba's format (`word frequency tag`), and proposals for words that the segmentation cuts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import rjieba

SHAPE = re.compile(r"(\S+)(?:\s+(\S+))?(?:\s+(\S+))?")
HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
# A letter and a Chinese character: B站, T恤. (Node.js, C++ and v2.0 stay whole anyway; nothing holds TCP/IP together.)
MIXED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][\u3400-\u9fff]")
LONGEST, SHORTEST = 6, 2
OFTEN = 3  # texts in which a word must be cut through before it is proposed
TOGETHER = 0.5  # share of its rarest character's occurrences that a new word must make up
SAME_NEIGHBOUR = 0.6  # share of its occurrences that may have the same character beside them
FREQUENCY_AT_LEAST = 100
PARTICLES = frozenset(
    "的了着过吗呢吧啊是在有我你他她它们这那哪什么怎如何能可会要想不没和与或就都也还很太把被给让对从到为个一几多少上下里请"
)
MEASURES = frozenset("台条张件次种份款位")


class DictionaryError(ValueError):
    """A dictionary is refused. The message names file and line and says in one sentence what is wrong."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its frequency (how often it would occur in 60 million words) and part-of-speech tag."""

    text: str
    frequency: int
    tag: str = "n"

    def __str__(self) -> str:
        """Return the line of a dictionary that says this."""
        return f"{self.text} {self.frequency} {self.tag}"


def load(path: Path) -> tuple[Word, ...]:
    """Return the words of a dictionary; blank lines and lines that begin with # are left out.

    Raises:
        DictionaryError: A line is no word with a frequency, or a word is given twice.
        OSError: It cannot be opened.
    """
    words: dict[str, tuple[int, Word]] = {}
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word = _word(f"{path.name}, line {number}", line.strip())
        if word.text in words:
            first = words[word.text][0]
            raise DictionaryError(f'{path.name}, line {number}: "{word.text}" is there already, on line {first}.')
        words[word.text] = (number, word)
    return tuple(word for _, word in words.values())


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DictionaryError(f"{path.name}, line {line}: the file is not UTF-8; save it as UTF-8.") from None


def _word(place: str, line: str) -> Word:
    match = SHAPE.fullmatch(line)
    if not match:
        raise DictionaryError(
            f"{place}: a line is a word without spaces, its frequency and its tag, like 拾页 20000 nz."
        )
    text, frequency, tag = match.groups()
    if frequency is None or not frequency.isdecimal():
        said = f', not "{frequency}"' if frequency else ""
        raise DictionaryError(f'{place}: after "{text}" its frequency must stand, a whole number like 2000{said}.')
    if not 0 < int(frequency) < 2**31:
        raise DictionaryError(f'{place}: the frequency of "{text}" must be above 0 and below 2147483648.')
    if tag and not tag.isascii():
        raise DictionaryError(f'{place}: the tag of "{text}" must be like n, nz or v, not "{tag}".')
    return Word(text, int(frequency), tag or "n")


def segmenter(words: Iterable[Word]) -> rjieba.Jieba:
    """Return a segmenter of its own that knows these words; it takes some 65 ms to build."""
    made = rjieba.Jieba()
    for word in words:
        made.add_word(word.text, word.frequency, word.tag)
    return made


def proposals(texts: Iterable[str], known: Iterable[Word] = ()) -> tuple[str, ...]:
    """Return dictionary lines for words that stand in several texts and are cut through by the segmentation.

    A word is a run of Chinese characters that seldom occur without each other there, or a name like B站. The frequency
    is at least the one with which it stays whole.
    """
    segmentation = segmenter(known)
    found: dict[str, Seen] = defaultdict(Seen)
    characters: Counter[str] = Counter()
    for text in texts:
        characters.update(set(text))
        for word, start in dict(_cut_through(text, segmentation)).items():
            found[word].add(text, start, start + len(word))
    often = {
        word: seen.texts for word, seen in found.items() if seen.texts >= OFTEN and _is_word(word, seen, characters)
    }
    chosen = [word for word in often if not _within(word, often)]
    chosen.sort(key=lambda word: (-often[word], word))
    return tuple(str(Word(word, _frequency(word, segmentation))) for word in chosen)


@dataclass(slots=True)
class Seen:
    """In how many texts a run of characters was cut through, and what stood before and after it there."""

    texts: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)

    def add(self, text: str, start: int, end: int) -> None:
        """Count it in one text more."""
        self.texts += 1
        self.before[text[start - 1 : start]] += 1
        self.after[text[end : end + 1]] += 1

    @property
    def free(self) -> bool:
        """Whether its neighbours vary as a word's do; what is a piece of a word always has the same one."""
        return all(_varied(side, self.texts) for side in (self.before, self.after))


def _varied(neighbours: Counter[str], texts: int) -> bool:
    return all(count <= SAME_NEIGHBOUR * texts for each, count in neighbours.items() if HAN_RUN.match(each))


def _cut_through(text: str, segmentation: rjieba.Jieba) -> Iterator[tuple[str, int]]:
    """Yield, with their offsets, the names and the runs of Chinese characters that the segmentation cuts through."""
    ends, at = {0}, 0
    for piece in segmentation.cut(text, True):  # noqa: FBT003 — rjieba's signature
        at += len(piece)
        ends.add(at)
    for match in MIXED.finditer(text):
        if ends.intersection(range(match.start() + 1, match.end())):
            yield match.group(), match.start()
    for run in HAN_RUN.finditer(text):
        yield from _grams(text, run.start(), run.end(), ends)


def _grams(text: str, first: int, last: int, ends: set[int]) -> Iterator[tuple[str, int]]:
    for start in range(first, last):
        for end in range(start + SHORTEST, min(start + LONGEST, last) + 1):
            fits = text[start] not in MEASURES and PARTICLES.isdisjoint(text[start:end])
            if fits and ends.intersection(range(start + 1, end)):
                yield text[start:end], start


def _is_word(word: str, seen: Seen, characters: Counter[str]) -> bool:
    if not HAN_RUN.fullmatch(word):
        return seen.free
    # Of a word's characters some may stand elsewhere too; at least one mostly belongs to it.
    shares = sorted(seen.texts / characters[each] for each in word)
    return seen.free and shares[-1] >= TOGETHER and shares[0] >= TOGETHER / 3


def _within(word: str, often: dict[str, int]) -> bool:
    """Whether it is a part of a longer word that stands there about as often."""
    return any(word != other and word in other and count >= 0.7 * often[word] for other, count in often.items())


def _frequency(word: str, segmentation: rjieba.Jieba) -> int:
    return max(FREQUENCY_AT_LEAST, int(segmentation.suggest_freq(word)))
