"""Words counted, drawn and learnt: TF-IDF, vectors, and a language model trained on real messages."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from handlers.language.segmentation import segment
from handlers.language.statistics.terms import frequencies, sentences, terms
from handlers.language.statistics.tfidf import matrix
from handlers.language.statistics.vectors import Training
from handlers.pictures.bars import bars
from handlers.pictures.cloud import cloud
from handlers.pictures.heat import heat
from handlers.words.corpus import write_sentences
from handlers.words.model import learn_file, load, save
from tests.benchmarks.skip import SkipBenchmark

HELD_OUT = 20  # every twentieth message is not learnt from
CHARACTERS, MEGABYTE = 1000, 349_000
TARGET = "≤ 50 ms"


def messages() -> list[str]:
    """Return real messages. Raises SkipBenchmark where there are none."""
    base = os.environ.get("EVALUATION_DATA")
    path = Path(base, "traffic", "sms_zh.sample.jsonl") if base else None
    if path is None or not path.exists():
        raise SkipBenchmark("EVALUATION_DATA is not set, or has no messages")
    return [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]


def milliseconds(work: Callable[[], object], rounds: int = 5) -> float:
    """Return the best round's processor time, so that what else runs on the machine does not count."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1000


def main() -> None:
    """Print the figures."""
    said = messages()
    text = "".join(said)[:CHARACTERS]
    _counting(text, said)
    with tempfile.TemporaryDirectory(prefix="yingda-") as directory:
        _model(said, Path(directory), text)


def _counting(text: str, said: list[str]) -> None:
    counted = frequencies([text])
    documents = said[:20]
    found = matrix(documents)
    columns = found.columns(20)
    words, numbers = [found.words[each] for each in columns], [str(number) for number in range(20)]
    weights = found.weights[:, columns].T
    print(f"{CHARACTERS:,} characters of real messages")
    for name, work, target in (
        ("cut into words", lambda: segment.words(text), TARGET),
        ("counted", lambda: frequencies([text]), TARGET),
        ("TF-IDF of 20 messages", lambda: matrix(documents), TARGET),
        ("drawn as bars", lambda: bars("词频", counted.most_common(20), "a"), TARGET),
        ("drawn as a cloud", lambda: cloud(dict(counted.most_common(120)), "a"), "in a thread"),
        ("drawn as a heat map", lambda: heat("TF-IDF", words, numbers, weights, "a"), TARGET),
        ("1 MB of one character, counted", lambda: frequencies(["一" * MEGABYTE]), "in a thread"),
    ):
        print(f"  {name:34} {milliseconds(work):8.1f} ms   {target}")


def _model(said: list[str], directory: Path, text: str) -> None:
    learnt = [each for number, each in enumerate(said) if number % HELD_OUT]
    held_out = [found for each in said[::HELD_OUT] for found in sentences(each)]
    corpus, file, kept = directory / "corpus.txt", directory / "sentences", directory / "words.npz"
    corpus.write_text("\n".join(" ".join(each.split()) for each in learnt), encoding="utf-8")
    start = time.perf_counter()
    write_sentences([corpus], file, lambda _: None)
    cut = time.perf_counter() - start
    model = learn_file("messages", file, Training(min_count=2), lambda _: None)
    print(f"{len(learnt):,} messages, {model.about.words:,} words: cut in {cut:.1f} s", end="")
    print(f", learnt in {time.perf_counter() - start - cut:.1f} s, {len(model.vectors.words):,} vectors")
    save(model, kept)
    loading = milliseconds(lambda: load(kept), 3)
    print(f"  a file of {kept.stat().st_size / 1e6:.1f} MB, loaded in {loading:.0f} ms")
    judging = milliseconds(lambda: model.language.judge(terms(text)))
    print(f"  {'probability of the 1,000 characters':34} {judging:8.1f} ms   {TARGET}")
    print(f"  {'nearest words of one':34} {milliseconds(lambda: model.vectors.similar('我')):8.1f} ms   {TARGET}")
    words = sum(map(len, held_out)) + len(held_out)
    for order in (1, 2, 3):
        logs = sum(model.language.judge(each, order).log10 for each in held_out)
        print(f"  perplexity of {len(held_out):,} sentences it has not seen, n = {order}: {10 ** (-logs / words):,.0f}")


if __name__ == "__main__":
    main()
