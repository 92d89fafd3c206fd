"""Keyword matching: 10,000 rules at once, beside one by one and one big alternation; folding; building 100,000."""

from __future__ import annotations

import json
import os
import random
import re
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from handlers.language.script.normalise import fold
from handlers.rules.matcher import Rules
from handlers.rules.rule import Answer, Pattern, Rule

KEYWORDS, MANY, MESSAGES, LENGTH = 10_000, 100_000, 300, 50
SEED = 20_261_123


def messages(chance: random.Random) -> tuple[str, list[str]]:
    """Return where they come from, and messages of 50 characters: real lines joined, or generated ones."""
    base = os.environ.get("EVALUATION_DATA")
    path = Path(base, "traffic", "sms_zh.sample.jsonl") if base else None
    if path and path.exists():
        said = "，".join(json.loads(line)["text"] for line in path.read_text("utf-8").splitlines())
        starts = (chance.randrange(len(said) - LENGTH) for _ in range(MESSAGES))
        return "real Chinese messages", [said[start : start + LENGTH] for start in starts]
    return "generated text", ["".join(_characters(chance, LENGTH)) for _ in range(MESSAGES)]


def _characters(chance: random.Random, count: int) -> list[str]:
    return [chr(0x4E00 + min(int(chance.expovariate(0.002)), 20_000)) for _ in range(count)]


def keywords(chance: random.Random, count: int, texts: Iterable[str]) -> list[str]:
    """Return distinct keywords of 3 to 6 characters; one in fifty is cut from the texts, so that some rules fire."""
    said, made = "".join(texts), dict[str, None]()
    while len(made) < count:
        size, start = chance.randint(3, 6), chance.randrange(len(said) - 6)
        word = said[start : start + size] if chance.random() < 1 / 50 else "".join(_characters(chance, size))
        if len(fold(word)) == size:
            made[word] = None
    return list(made)


def make_rules(words: Iterable[str]) -> list[Rule]:
    """Return a rule for every keyword."""
    answer = (Answer("…"),)
    return [Rule(str(number), (Pattern(word),), answer) for number, word in enumerate(words)]


def micros(texts: list[str], *works: Callable[[str], object], rounds: int = 30) -> list[float]:
    """Return the best round's microseconds a text, for each; rounds alternate, so that all meet the same weather."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for place, work in enumerate(works):
            best[place] = min(best[place], _seconds(partial(_each, work, texts)))
    return [seconds / len(texts) * 1e6 for seconds in best]


def _each(work: Callable[[str], object], texts: list[str]) -> None:
    for text in texts:
        work(text)


def _seconds(work: Callable[[], object]) -> float:
    """Processor time, so that what else runs on the machine does not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print the figures side by side."""
    chance = random.Random(SEED)
    kind, texts = messages(chance)
    folded = [fold(text) for text in texts]
    rules = make_rules(keywords(chance, KEYWORDS, texts))
    matcher = Rules(rules)
    needles = [rule.patterns[0].folded for rule in rules]
    alternation = re.compile("|".join(map(re.escape, sorted(needles, key=len, reverse=True))))
    both, folding = micros(texts, matcher.match, fold)
    firing = sum(matcher.match(text) is not None for text in texts)
    print(f"{KEYWORDS:,} keywords, {MESSAGES} messages of {LENGTH} characters ({kind}), {firing} fire a rule")
    silent = [text for text in texts if matcher.match(text) is None]
    both_silent, folding_silent = micros(silent, matcher.match, fold)
    one_by_one, regex = micros(
        folded, lambda text: [each for each in needles if each in text], alternation.search, rounds=2
    )
    rows = (
        ("folding alone", folding, "≤ 30"),
        ("all rules at once, on top of folding", both - folding, "≤ 10"),
        ("  where nothing is found", both_silent - folding_silent, ""),
        ("one by one with `in`", one_by_one, ""),
        ("one big `re` alternation", regex, ""),
    )
    for name, figure, target in rows:
        print(f"  {name:38} {figure:8.1f} µs a message   {target}")
    _building(chance, texts)


def _building(chance: random.Random, texts: list[str]) -> None:
    words = keywords(chance, MANY, texts)
    folding = min(_seconds(lambda: make_rules(words)) for _ in range(3))
    rules = make_rules(words)
    building = min(_seconds(lambda: Rules(rules)) for _ in range(3))
    print(f"{MANY:,} keywords: {building:.2f} s to build, {folding:.2f} s to fold and check before it   ≤ 1.5")


if __name__ == "__main__":
    main()
