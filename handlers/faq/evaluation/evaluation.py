"""How good an FAQ is at labelled questions: ranking, coverage, false answers, and whether its confidence is true."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from handlers.faq.engine.faq import Faq, Ranking
from handlers.faq.engine.warm import NEAR, Labelled
from handlers.faq.entries.load import load

IN = "in"
DEEPEST = 10
BINS = 10


@dataclass(frozen=True, slots=True)
class Result:
    """What an FAQ made of a query; `place` is the rank of the right entry from 1, or 0 where it is not among ten."""

    query: Labelled
    ranking: Ranking
    place: int
    microseconds: float

    @property
    def answered(self) -> bool:
        """Whether it was answered, rightly or not."""
        return self.ranking.decision == "answer"

    @property
    def right(self) -> bool:
        """Whether the right entry was ranked first."""
        return self.place == 1

    @property
    def confidence(self) -> float:
        """The confidence of the entry ranked first."""
        return self.ranking.candidates[0].confidence if self.ranking.candidates else 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Of the results whose confidence lies in one tenth: how many, their mean confidence, and how many were right."""

    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of an evaluation, shares from 0 to 1; None where no query of that kind was there."""

    top1: float | None
    mrr10: float | None
    coverage: float | None
    wrong: float | None
    false_answers: float | None
    false_answers_by_kind: dict[str, float]
    near: float | None
    ece: float
    threshold: float
    p50_us: float
    p99_us: float
    offered: float | None
    queries: int
    reliability: tuple[Bin, ...]


def queries_of(path: Path) -> tuple[Labelled, ...]:
    """Return the queries of a JSON-lines file, or the questions of an FAQ file as queries for its entries.

    Raises:
        ValueError: The file is refused; the sentence says where and why.
        OSError: It cannot be opened.
    """
    if path.suffix == ".jsonl" and '"query"' in path.read_text(encoding="utf-8-sig").partition("\n")[0]:
        return read_queries(path)
    return tuple(Labelled(question, entry.id, IN) for entry in load(path) for question in entry.questions)


def read_queries(path: Path) -> tuple[Labelled, ...]:
    """Return the queries of a JSON-lines file: `{"query", "id" (or null), "kind"}`.

    Raises:
        ValueError: A line is not such an object; the sentence names file and line.
    """
    queries = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if line.strip():
            queries.append(_query(line, f"{path.name}, line {number}"))
    return tuple(queries)


def _query(line: str, where: str) -> Labelled:
    try:
        row = json.loads(line)
        text, expected = row["query"], row.get("id")
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f'{where}: expected an object with "query", "id" and "kind", found {line[:60]!r}') from error
    if not isinstance(text, str):
        raise ValueError(f'{where}: "query" must be text')  # noqa: TRY004 — a fault of the file, not of a caller
    name = None if expected is None else str(expected)
    return Labelled(text, name, str(row.get("kind") or (IN if name else "off")))


def results(faq: Faq, queries: Iterable[Labelled]) -> list[Result]:
    """Ask everything, one question after the other."""
    return [_result(faq, query) for query in queries]


def _result(faq: Faq, query: Labelled) -> Result:
    start = time.perf_counter()
    ranking = faq.ask(query.text)
    elapsed = time.perf_counter() - start
    names = [each.entry.id for each in ranking.candidates]
    if query.expected and query.expected not in names[:1]:
        names = [each.entry.id for each in faq.ask(query.text, DEEPEST).candidates]
    place = names.index(query.expected) + 1 if query.expected in names else 0
    return Result(query, ranking, place, elapsed * 1e6)


def figures(done: Sequence[Result]) -> Figures:
    """Return the figures of results. Raises ValueError where there are none."""
    if not done:
        raise ValueError("there are no queries to evaluate with")
    inside = [each for each in done if each.query.kind == IN]
    near = [each for each in done if each.query.kind == NEAR]
    off = [each for each in done if each.query.kind not in (IN, NEAR)]
    bins = reliability([each for each in done if each.query.kind != NEAR])
    times = sorted(each.microseconds for each in done)
    return Figures(
        top1=_share(inside, [each.right for each in inside]),
        mrr10=_share(inside, [1 / each.place if each.place else 0.0 for each in inside]),
        coverage=_share(inside, [each.answered and each.right for each in inside]),
        wrong=_share(inside, [each.answered and not each.right for each in inside]),
        false_answers=_share(off, [each.answered for each in off]),
        false_answers_by_kind=_by_kind(off),
        near=_share(near, [each.answered for each in near]),
        ece=sum(each.count * abs(each.confidence - each.right) for each in bins) / max(1, sum(b.count for b in bins)),
        threshold=done[0].ranking.threshold,
        p50_us=times[len(times) // 2],
        p99_us=times[min(len(times) - 1, int(len(times) * 0.99))],
        offered=_share(inside, [each.ranking.decision == "offer" for each in inside]),
        queries=len(done),
        reliability=bins,
    )


def reliability(done: Sequence[Result]) -> tuple[Bin, ...]:
    """Return the results in ten equally wide bins of confidence (Guo et al., 2017)."""
    binned: list[list[Result]] = [[] for _ in range(BINS)]
    for each in done:
        binned[min(BINS - 1, int(each.confidence * BINS))].append(each)
    return tuple(
        Bin(len(each), sum(r.confidence for r in each) / len(each), sum(r.right for r in each) / len(each))
        if each
        else Bin(0, 0.0, 0.0)
        for each in binned
    )


def curve(done: Sequence[Result], steps: int = 101) -> list[tuple[float, float, float]]:
    """Return, for thresholds from 0 to 1, coverage and false answers there."""
    inside = [each for each in done if each.query.kind == IN]
    off = [each for each in done if each.query.kind not in (IN, NEAR)]
    points = []
    for step in range(steps):
        at = step / (steps - 1)
        covered = _share(inside, [each.right and each.confidence >= at for each in inside]) or 0.0
        points.append((at, covered, _share(off, [each.confidence >= at for each in off]) or 0.0))
    return points


def _by_kind(off: Sequence[Result]) -> dict[str, float]:
    kinds = sorted({each.query.kind for each in off})
    grouped = {kind: [each.answered for each in off if each.query.kind == kind] for kind in kinds}
    return {kind: sum(answered) / len(answered) for kind, answered in grouped.items()}


def _share(of: Sequence[object], values: Iterable[float]) -> float | None:
    return sum(values) / len(of) if of else None
