"""An FAQ as chats with words of their own read it: its memory, the time to make one and to ask it."""

from __future__ import annotations

import gc
import random
import statistics
import time
import tracemalloc
from collections.abc import Iterable, Sequence

from handlers.faq.engine.faq import Faq
from handlers.faq.entries.entry import Entry
from handlers.knowledge.own_faq import read_with
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.lexicon import standard
from handlers.language.segmentation.own import Segmenter
from handlers.llm.ears import Ears
from tests.benchmarks.faq import questions_of

CHATS, WORDS, MOST = 50, 20, 1000
FREQUENCY = 20_000
ASKED = 300


def main() -> None:
    """Print the figures for a small FAQ and for a large one."""
    standard()
    for count in (1_000, 20_000):
        questions = questions_of(count)
        faq = Faq.build(Entry(str(number), question, "") for number, question in enumerate(questions))
        print(f"\n{count:,} questions")
        _speed(Ears(faq, faq), questions)
        _memory(Ears(faq, faq), questions)


def _own(questions: Sequence[str], count: int, chance: random.Random) -> Segmenter:
    """Return a segmentation with words of three characters that stand in the FAQ, mostly across others' borders."""
    found: dict[str, None] = {}
    while len(found) < count:
        question = chance.choice(questions)
        start = chance.randrange(len(question) - 2)
        found[question[start : start + 3]] = None
    return Segmenter(Word(text, FREQUENCY) for text in found)


def _speed(shared: Ears, questions: Sequence[str]) -> None:
    chance = random.Random(1)
    asked = chance.sample(list(questions), ASKED)
    for count in (WORDS, MOST):
        own = _own(questions, count, chance)
        read_with(shared, own, None)
        start = time.process_time()
        read = read_with(shared, own, None)
        made = time.process_time() - start
        everybody, here = _median(shared.asked, asked), _median(read.asked, asked)
        print(
            f"{count:5} words: made in {made * 1000:6.1f} ms; a query {here:5.0f} µs, everybody's {everybody:5.0f} µs"
        )


def _median(faq: Faq, asked: Iterable[str]) -> float:
    times = []
    for text in asked:
        start = time.process_time()
        faq.ask(text)
        times.append(time.process_time() - start)
    return statistics.median(times) * 1e6


def _memory(shared: Ears, questions: Sequence[str]) -> None:
    chance = random.Random(2)
    segmenters = [_own(questions, WORDS, chance) for _ in range(CHATS)] + [_own(questions, MOST, chance)]
    for each in segmenters:  # what is shared fills itself at the first use
        read_with(shared, each, None)
    gc.collect()
    tracemalloc.start()
    read = [read_with(shared, each, None) for each in segmenters[:-1]]
    gc.collect()
    many = tracemalloc.get_traced_memory()[0]
    read.append(read_with(shared, segmenters[-1], None))
    gc.collect()
    all_of_them = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    print(f"a chat with {WORDS} words: {many / CHATS / 1000:.1f} kB more (≤ 50; mean of {CHATS})")
    print(f"a chat with {MOST:,} words: {(all_of_them - many) / 1000:.1f} kB more (≤ 50), {len(read):,} read")


if __name__ == "__main__":
    main()
