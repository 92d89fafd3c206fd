"""`faq import`, `faq export`, `faq lint`: an owner's FAQ files from the command line."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from handlers.faq.entries import lint, merge
from handlers.faq.entries.load import load
from handlers.faq.entries.transfer import export, import_into

CONTENT = Path(__file__).parents[2] / "deploy" / "content"
EVALUATION = "handlers.faq.evaluation.cli"
SHOWN = 20
FORMATS = "YAML, CSV, TSV, XLSX, JSON lines, Markdown, ChatterBot's corpus YAML, or a directory of these"


def add(subparsers: Any) -> None:
    """Add `faq` and what can be done with it. Each parser's `run(arguments)` returns the exit code."""
    faq = Path(os.environ.get("CONTENT_DIR") or CONTENT) / "faq.yaml"
    parser = subparsers.add_parser("faq", help="import, export and check FAQ files")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    _add_import(verbs, faq)
    _add_export(verbs, faq)
    checked = verbs.add_parser("lint", help="list duplicates, contradictions, shadows and questions too short")
    checked.add_argument("file", type=Path, nargs="?", default=faq, help="the FAQ (default: the bot's own)")
    checked.set_defaults(run=run_lint)
    if importlib.util.find_spec(EVALUATION):
        importlib.import_module(EVALUATION).add(verbs)


def _add_import(verbs: Any, faq: Path) -> None:
    parser = verbs.add_parser("import", help="merge files into a FAQ", description=f"Files can be {FORMATS}.")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="what to import")
    parser.add_argument("--to", type=Path, default=faq, help="the FAQ to merge into (default: the bot's own)")
    parser.add_argument("--replace", action="store_true", help="where answers conflict, take the imported one")
    parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
    parser.set_defaults(run=run_import)


def _add_export(verbs: Any, faq: Path) -> None:
    parser = verbs.add_parser("export", help="write a FAQ in another format", description=f"Formats are {FORMATS}.")
    parser.add_argument("file", type=Path, metavar="FILE", help="where to; its ending says the format")
    parser.add_argument("--from", type=Path, default=faq, dest="source", help="the FAQ (default: the bot's own)")
    parser.set_defaults(run=run_export)


def run_import(arguments: argparse.Namespace) -> int:
    """Merge and report. Return 0, or 1 where a file was refused."""
    try:
        done = import_into(arguments.to, arguments.files, overrule=arguments.replace, dry=arguments.dry_run)
    except (ValueError, OSError) as error:
        return _refused(error)
    console = Console(soft_wrap=True)
    _report(console, done.merged)
    if not done.comments:
        console.print(f"{arguments.to.name} was written anew: comments in it could not be kept.")
    if arguments.dry_run:
        console.print("Nothing was written (--dry-run).")
    if done.merged.count(merge.CONFLICT):
        console.print("Conflicts keep the answer that was there; --replace takes the imported one.")
    return 0


def _report(console: Console, merged: merge.Merged) -> None:
    table = Table("outcome", "entries")
    for kind in merge.OUTCOMES:
        table.add_row(kind, str(merged.count(kind)))
    console.print(table)
    for kind in (merge.CHANGED, merge.CONFLICT, merge.DUPLICATE, merge.EMPTY):
        told = [each for each in merged.outcomes if each.kind == kind]
        for each in told[:SHOWN]:
            console.print(
                f"{kind}: {escape(each.question or '(no question)')} ({escape(each.detail)})", highlight=False
            )
        if len(told) > SHOWN:
            console.print(f"{kind}: and {len(told) - SHOWN} more")


def run_export(arguments: argparse.Namespace) -> int:
    """Export and say what the format does not carry. Return 0, or 1 where it was refused."""
    try:
        entries = load(arguments.source)
        lost = export(arguments.file, entries)
    except (ValueError, OSError) as error:
        return _refused(error)
    console = Console(soft_wrap=True)
    console.print(f"{len(entries)} entries written to {escape(str(arguments.file))}.", highlight=False)
    for each in lost:
        console.print(f"This format does not carry everything: {each}.", highlight=False)
    return 0


def run_lint(arguments: argparse.Namespace) -> int:
    """List what is questionable. Return 1 where something is serious or the file is refused, else 0."""
    try:
        entries = load(arguments.file)
    except (ValueError, OSError) as error:
        return _refused(error)
    found = lint.problems(entries)
    console = Console(soft_wrap=True)
    # One line each, unwrapped: a pipe to grep is as good a reader as a person.
    for each in found:
        weight = "[red]serious[/red] " if each.serious else ""
        console.print(f"{weight}{each.kind}: {escape(each.text)}", highlight=False)
    if found:
        console.print(_counts(found))
    serious = sum(each.serious for each in found)
    console.print(f"{len(entries)} entries, {len(found)} problems, {serious} of them serious.", highlight=False)
    return 1 if serious else 0


def _counts(found: Sequence[lint.Problem]) -> Table:
    table = Table("kind", "problems", "serious")
    counts = Counter(each.kind for each in found)
    serious = Counter(each.kind for each in found if each.serious)
    for kind, count in counts.most_common():
        table.add_row(kind, str(count), str(serious[kind]))
    return table


def _refused(error: ValueError | OSError) -> int:
    sentence = str(error)
    if isinstance(error, OSError) and error.filename:
        sentence = f"{error.filename}: {error.strerror}."
    sys.stderr.write(f"{sentence}\n")
    return 1
