"""The language room beside jieba: speed, word-span F1, tags, keywords, memory of a thousand chats' own words."""

from __future__ import annotations

import itertools
import json
import os
import time
import tracemalloc
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from handlers.language.segmentation import segment
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.lexicon import Lexicon, standard
from handlers.language.segmentation.matching import METHODS, Method
from handlers.language.segmentation.own import Segmenter
from handlers.language.statistics.keywords import by_text_rank, by_tf_idf
from handlers.language.statistics.terms import stop_words
from handlers.language.tagging.tag import forget, tag
from tests.benchmarks.skip import SkipBenchmark

SETS = ("sighan05-pku", "ud-gsdsimp", "ud-hk-hant")
# The universal part of speech that most words with a tag have, by the longest beginning of the tag.
UNIVERSAL = {
    "a": "ADJ", "ad": "ADV", "b": "ADJ", "c": "CCONJ", "d": "ADV", "e": "INTJ", "eng": "X", "f": "ADP", "g": "NOUN",
    "h": "PART", "i": "VERB", "j": "NOUN", "k": "PART", "l": "VERB", "m": "NUM", "n": "NOUN", "nr": "PROPN",
    "ns": "PROPN", "nt": "PROPN", "nz": "PROPN", "o": "INTJ", "p": "ADP", "q": "NOUN", "r": "PRON", "s": "NOUN",
    "t": "NOUN", "u": "PART", "v": "VERB", "vn": "NOUN", "w": "PUNCT", "x": "PUNCT", "y": "PART", "z": "ADJ",
    "zg": "ADV",
}  # fmt: skip


def main() -> None:
    """Print every figure beside jieba's own, of one run."""
    base = os.environ.get("EVALUATION_DATA")
    if not base or not Path(base, "seg").exists():
        raise SkipBenchmark("EVALUATION_DATA does not lead to segmented texts")
    import jieba  # noqa: PLC0415 — only here, as the baseline
    import jieba.analyse  # noqa: PLC0415
    from jieba import posseg  # noqa: PLC0415

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    chat = [line for line in _texts(Path(base, "traffic")) if not line.isascii()]
    print(f"{len(chat):,} chat messages, {sum(map(len, chat)) / len(chat):.0f} characters each")
    _speed(chat, jieba, posseg)
    _first(chat)
    gold = {name: _read(Path(base, "seg", name, "dev.jsonl")) for name in SETS}
    _spans(gold, jieba)
    _tags(gold, posseg)
    _keywords(_read(Path(base, "seg", "keywords-csl", "dev.jsonl")), jieba.analyse)
    _memory()


def _texts(folder: Path) -> list[str]:
    entries = (entry for file in sorted(folder.glob("*.jsonl")) for entry in _read(file))
    return list(dict.fromkeys(value for entry in entries for value in entry.values() if isinstance(value, str)))


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _seconds(work: Callable[[str], object], texts: Iterable[str]) -> float:
    """Processor time, so that what else runs on the machine does not count."""
    start = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - start


def _row(name: str, ours: float, theirs: float, count: int, target: str = "") -> None:
    speeds = f"{ours / count * 1e6:8.1f} µs   jieba {theirs / count * 1e6:8.1f} µs   {theirs / ours:5.1f} ×"
    print(f"  {name:38} {speeds}  {target}")


def _speed(chat: Sequence[str], jieba: Any, posseg: Any) -> None:
    plain = [text for text in chat if not segment.DIFFERS_HMM.search(text)]
    segment.cut("热身"), tag("魡魡，暖。")  # which loads the model
    for name, texts, target in (
        ("accurate, the fast engine applies", plain, "≥ 8"),
        ("accurate, every message", chat, ""),
    ):
        _row(name, _seconds(segment.cut, texts), _seconds(jieba.lcut, texts), len(texts), target)
    _row(
        "search mode, every message",
        _seconds(segment.cut_for_search, chat),
        _seconds(jieba.lcut_for_search, chat),
        len(chat),
    )
    theirs = _seconds(posseg.lcut, chat)
    forget()
    _row("tags, nothing seen before", _seconds(tag, chat), theirs, len(chat), "≥ 20")
    forget()
    for text in chat[::2]:
        tag(text)
    second = chat[1::2]
    _row("tags, a bot that saw half before", _seconds(tag, second), _seconds(posseg.lcut, second), len(second), "≥ 20")
    for text in chat:
        tag(text)
    _row("tags, their unknown runs seen before", _seconds(tag, chat), theirs, len(chat))
    without = [text for text in chat if not _has_unknown(text)]
    _row("tags, nothing left to the HMM", _seconds(tag, without), _seconds(posseg.lcut, without), len(without))


def _has_unknown(text: str) -> bool:
    return tag(text) != tag(text, hmm=False)


def _first(chat: Sequence[str]) -> None:
    times = []
    for text in chat[:100]:
        start = time.perf_counter()
        segment.cut(text)
        times.append((time.perf_counter() - start) * 1000)
    hostile = "的一是" * 4096
    start = time.perf_counter()
    segment.cut(hostile)
    cut = (time.perf_counter() - start) * 1000
    start = time.perf_counter()
    tag(hostile[:4096])
    print(f"  slowest of a hundred messages {max(times):.2f} ms; a hostile one: cut {cut:.1f} ms,", end=" ")
    print(f"4,096 characters of it tagged {(time.perf_counter() - start) * 1000:.0f} ms (in a thread)")


def _spans(gold: dict[str, list[dict[str, Any]]], jieba: Any) -> None:
    lexicon = standard()
    ways: dict[str, Callable[[str], list[str]]] = {
        "jieba's own, HMM": jieba.lcut,
        "jieba's own, no HMM": lambda text: jieba.lcut(text, HMM=False),
        "ours, HMM": segment.cut,
        "ours, no HMM": lambda text: segment.cut(text, hmm=False),
        **{name: partial(_by, method, lexicon) for name, method in METHODS.items()},
    }
    print(f"word-span F1{'':28}" + "".join(f"{name:>14}" for name in gold))
    for name, way in ways.items():
        print(f"  {name:38}" + "".join(f"{_f1(entries, way):14.4f}" for entries in gold.values()))


def _by(method: Method, lexicon: Lexicon, text: str) -> list[str]:
    return method(text, lexicon)


def _f1(entries: Iterable[dict[str, Any]], way: Callable[[str], list[str]]) -> float:
    right = found = wanted = 0
    for entry in entries:
        ours, theirs = _places(way(entry["text"])), _places(entry["words"])
        right, found, wanted = right + len(ours & theirs), found + len(ours), wanted + len(theirs)
    return 2 * right / (found + wanted)


def _places(words: Iterable[str]) -> set[tuple[int, int]]:
    """Return where words begin and end, spaces not counted."""
    places, at = set(), 0
    for word in words:
        size = len("".join(word.split()))
        if size:
            places.add((at, at + size))
        at += size
    return places


def _tags(gold: dict[str, list[dict[str, Any]]], posseg: Any) -> None:
    print("tags as universal parts of speech, on correctly cut words")
    for name in ("ud-gsdsimp", "ud-hk-hant"):
        ours = _right(gold[name], tag)
        theirs = _right(gold[name], lambda text: [tuple(each) for each in posseg.lcut(text)])
        print(f"  {name:38} {ours:8.1%}      jieba {theirs:8.1%}")


def _right(entries: Iterable[dict[str, Any]], way: Callable[[str], list[Any]]) -> float:
    right = found = 0
    for entry in entries:
        spans = dict(zip(_ordered(entry["words"]), entry["upos"], strict=True))
        tagged = [each for each in way(entry["text"]) if each[0].strip()]
        for span, (_, its_tag) in zip(_ordered(word for word, _ in tagged), tagged, strict=True):
            if span in spans:
                found += 1
                right += spans[span] == _universal(its_tag)
    return right / found


def _ordered(words: Iterable[str]) -> list[tuple[int, int]]:
    ends = [0, *itertools.accumulate(len("".join(word.split())) for word in words)]
    return list(itertools.pairwise(ends))


def _universal(its_tag: str) -> str:
    return next((UNIVERSAL[its_tag[:size]] for size in range(len(its_tag), 0, -1) if its_tag[:size] in UNIVERSAL), "X")


def _keywords(entries: list[dict[str, Any]], analyse: Any) -> None:
    ways: dict[str, Callable[[str], list[str]]] = {
        "TF-IDF, jieba's own": lambda text: list(analyse.extract_tags(text, topK=5)),
        "TF-IDF, ours": lambda text: [each.word for each in by_tf_idf(text)[:5]],
        "TF-IDF, ours with our stop words": lambda text: [each.word for each in by_tf_idf(text, stop=stop_words())[:5]],
        "TextRank, jieba's own": lambda text: list(analyse.textrank(text, topK=5)),
        "TextRank, ours": lambda text: [each.word for each in by_text_rank(text)[:5]],
        "TextRank, ours with our stop words": lambda text: [
            each.word for each in by_text_rank(text, stop=stop_words())[:5]
        ],
    }
    print(f"keywords of {len(entries)} abstracts, exact match, F@5 (time for each text)")
    for name, way in ways.items():
        start = time.process_time()
        score = sum(_f5(way(entry["text"]), entry["keywords"]) for entry in entries) / len(entries)
        print(f"  {name:38} {score:8.4f}      {(time.process_time() - start) / len(entries) * 1e3:6.2f} ms")


def _f5(found: Collection[str], wanted: Collection[str]) -> float:
    return 2 * len(set(found) & set(wanted)) / ((len(found) + len(wanted)) or 1)


def _memory() -> None:
    standard()
    tracemalloc.start()
    chats = [Segmenter(Word(f"词{chat}号{number}", 2000) for number in range(100)) for chat in range(1000)]
    longest = max(chat.lexicon.longest for chat in chats)
    used = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    print(f"1,000 chats with 100 words each (up to {longest} characters): {used:.1f} MiB more   ≤ 150")


if __name__ == "__main__":
    main()
