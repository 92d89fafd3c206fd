"""`faq eval` and `faq ask`: what an owner measures his FAQ with, and looks into one answer with."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from handlers.faq.engine.calibration import TOLERANCE
from handlers.faq.engine.encoder import installed
from handlers.faq.engine.faq import Candidate, Faq, Ranking
from handlers.faq.engine.warm import Labelled
from handlers.faq.entries.load import load
from handlers.faq.evaluation.evaluation import Bin, Figures, Result, curve, figures, queries_of, results
from handlers.language.segmentation.dictionary import load as read_dictionary
from handlers.language.segmentation.dictionary import segmenter
from handlers.language.segmentation.segment import cut_for_search

CONTENT = Path(__file__).parents[3] / "deploy" / "content"
# What the JSON object holds; the rest is for people.
NAMED = (
    "top1", "mrr10", "coverage", "wrong", "false_answers", "false_answers_by_kind", "near", "ece", "threshold",
    "p50_us", "p99_us",
)  # fmt: skip
WORDS = {
    "answer": "answered with the first entry",
    "offer": "offered as choices: two are about equally likely, or the best is just short of the threshold",
    "pass": "passed on: nothing is likely enough",
}


def add(subparsers: Any) -> None:
    """Register both commands with the `faq` parser's subparsers."""
    evaluate: ArgumentParser = subparsers.add_parser("eval", help="measure an FAQ with labelled questions")
    evaluate.add_argument("faq", type=Path, metavar="FAQ")
    evaluate.add_argument(
        "queries", type=Path, metavar="QUERIES", help="JSON lines {query, id or null, kind}, or an FAQ"
    )
    evaluate.add_argument("--warm", type=Path, metavar="LABELLED", help="labelled questions that refine it first")
    evaluate.add_argument("--plot", type=Path, metavar="FILE", help="draw coverage and false answers by threshold")
    evaluate.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write all figures as one object (-: to the output, in place of the table)",
    )
    _common(evaluate, run_eval)
    ask: ArgumentParser = subparsers.add_parser("ask", help="show how one question is answered, and why")
    ask.add_argument("text", metavar="QUESTION")
    ask.add_argument("--faq", type=Path, default=_default(), metavar="FAQ")
    _common(ask, run_ask)


def _default() -> Path:
    return Path(os.environ.get("CONTENT_DIR") or CONTENT) / "faq.yaml"


def _common(parser: ArgumentParser, run: Callable[[Namespace], int]) -> None:
    parser.add_argument("--lexical", action="store_true", help="leave the sentence encoder out even if it is installed")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help="share of off-topic messages to tolerate")
    parser.set_defaults(run=run)


def run_eval(arguments: Namespace) -> int:
    """Evaluate; return the exit code."""
    try:
        labelled = queries_of(arguments.warm) if arguments.warm else ()
        done = results(_build(arguments, labelled), queries_of(arguments.queries))
        found = figures(done)
        if str(arguments.json) != "-":
            _say(lines(found))
        if arguments.json:
            _write_json(found, arguments.json)
        if arguments.plot:
            _plot(done, found, arguments.plot)
    except (ValueError, OSError) as error:
        return _refuse(error)
    return 0


def run_ask(arguments: Namespace) -> int:
    """Show tokens, candidates, every score, and the decision in words; return the exit code."""
    try:
        faq = _build(arguments, ())
    except (ValueError, OSError) as error:
        return _refuse(error)
    ranking = faq.ask(arguments.text)
    _say([f"tokens: {' / '.join(faq.analyse(arguments.text).words)}"])
    for place, candidate in enumerate(ranking.candidates, 1):
        _say(_explained(place, candidate))
    silence = faq.silence(arguments.text, ranking)
    _say([_decision(ranking), f"unasked in a group: {f'silence, {silence}' if silence else 'said, too'}"])
    return 0


def lines(found: Figures) -> Iterable[str]:
    """Return an evaluation as people read it."""
    yield f"queries              {found.queries}"
    for name in ("top1", "mrr10", "coverage", "wrong", "offered", "false_answers"):
        yield f"{name:20} {_percent(getattr(found, name))}"
    for kind, share in found.false_answers_by_kind.items():
        yield f"  {kind:18} {_percent(share)}"
    yield f"{'near':20} {_percent(found.near)}"
    yield f"threshold            {found.threshold:.3f}"
    yield f"microseconds         p50 {found.p50_us:.0f}, p99 {found.p99_us:.0f}"
    yield f"calibration error    {found.ece:.3f}"
    yield "confidence   queries   mean   right"
    yield from (_reliable(number, each) for number, each in enumerate(found.reliability) if each.count)


def _reliable(number: int, each: Bin) -> str:
    return f"{number / 10:.1f}–{number / 10 + 0.1:.1f}     {each.count:8} {each.confidence:6.2f} {each.right:7.2f}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _explained(place: int, candidate: Candidate) -> Iterable[str]:
    yield f"{place}. {candidate.entry.id}  confidence {candidate.confidence:.3f}  {candidate.entry.question}"
    scores = candidate.scores._asdict()
    yield "   " + "  ".join(f"{name} {value:.3f}" for name, value in scores.items() if isinstance(value, float))


def _decision(ranking: Ranking) -> str:
    best = ranking.candidates[0].confidence if ranking.candidates else 0.0
    return f"{WORDS[ranking.decision]}: confidence {best:.3f}, threshold {ranking.threshold:.3f}"


def _build(arguments: Namespace, labelled: Sequence[Labelled]) -> Faq:
    encoder = None if arguments.lexical else installed()
    dictionary = arguments.faq.parent / "dictionary.txt"
    cut = segmenter(read_dictionary(dictionary)).cut_for_search if dictionary.exists() else cut_for_search
    return Faq.build(load(arguments.faq), tolerance=arguments.tolerance, encoder=encoder, cut=cut, labelled=labelled)


def _write_json(found: Figures, path: Path) -> None:
    everything = asdict(found)
    text = json.dumps({name: everything[name] for name in NAMED}, ensure_ascii=False, indent=2) + "\n"
    if str(path) == "-":
        _say([text])
    else:
        path.write_text(text, encoding="utf-8")


def _plot(done: Sequence[Result], found: Figures, path: Path) -> None:
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 — an extra
    except ImportError:
        raise ValueError("--plot needs matplotlib: pip install 'yingda[laboratory]'") from None
    at, covered, wrongly = zip(*curve(done), strict=True)
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(at, covered, label="coverage")
    axes.plot(at, wrongly, label="false answers")
    axes.axvline(found.threshold, color="grey", linestyle="--", label="threshold")
    axes.set(xlabel="confidence from which it answers", ylabel="share", ylim=(0, 1))
    axes.legend()
    figure.savefig(path)


def _refuse(error: Exception) -> int:
    sys.stderr.write(f"{error}\n")
    return 2


def _say(said: Iterable[str]) -> None:
    for line in said:
        sys.stdout.write(line + "\n")
