"""What a replay shows: how far it is, and in the end its figures."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from bot import discovery
from bot.cli.language import owner_language
from bot.cli.tally import Tally
from bot.config.catalogue import Catalogue
from bot.domain.exports import Export
from bot.platforms.console.clean import clean, clean_json

MOST_SHOWN = 20
EVERY = 256


class Meter:
    """A progress bar on standard error, where that is a terminal: the share of the file that has been read."""

    def __init__(self, export: Export, language: str) -> None:
        name = clean(export.path.name)
        title = discovery.texts().say(owner_language(language), "replay.progress", name=name)
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        terminal = Terminal(stderr=True)
        self._export = export
        self._progress = Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal)
        self._task = self._progress.add_task(title, total=None)
        self._count = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def update(self) -> None:
        """Note that a line is done; drawn now and then only."""
        self._count += 1
        if self._count % EVERY == 0 and not self._progress.disable:
            self._progress.update(self._task, total=self._export.size, completed=self._export.position)


def show(tally: Tally, export: Export, json_to: str, language: str) -> None:
    """Print the figures as tables, or, and that may be a file beside it, as one JSON object."""
    if json_to:
        figures = {"format": export.format, **tally.as_object(MOST_SHOWN), "unreadable": export.skipped}
        line = clean_json(json.dumps(figures, ensure_ascii=False))
        if json_to == "-":
            sys.stdout.write(f"{line}\n")
            return
        Path(json_to).write_text(f"{line}\n", encoding="utf-8", errors="replace")
    texts, language = discovery.texts(), owner_language(language)
    terminal = Terminal()
    terminal.print(_summary(tally, export, texts, language))
    for table in (_sources(tally, texts, language), _missed(tally, texts, language)):
        if table.row_count:
            terminal.print(table)


def _summary(tally: Tally, export: Export, texts: Catalogue, language: str) -> Table:
    table = Table(show_header=False, box=None)
    figures = {
        "lines": tally.lines,
        "answered": tally.answered,
        "offered": tally.offered,
        "unanswered": tally.unanswered,
    }
    for name, value in figures.items():
        share = f"{value / tally.lines:.1%}" if tally.lines else ""
        table.add_row(texts.say(language, f"replay.{name}"), f"{value:,}", share)
    if export.skipped:
        where = texts.say(language, "replay.first_unreadable", where=export.first_skipped)
        table.add_row(texts.say(language, "replay.unreadable"), f"{export.skipped:,}", where)
    table.add_row(texts.say(language, "replay.speed"), f"{tally.speed:,.0f}", "")
    return table


def _sources(tally: Tally, texts: Catalogue, language: str) -> Table:
    table = Table()
    for name in ("source", "times", "confidence"):
        table.add_column(texts.say(language, f"replay.{name}"), justify="left" if name == "source" else "right")
    for kind, name, count, confidence in tally.sources():
        table.add_row(_plain(f"{kind} {name}"), f"{count:,}", "" if confidence is None else f"{confidence:.0%}")
    return table


def _missed(tally: Tally, texts: Catalogue, language: str) -> Table:
    table = Table()
    table.add_column(texts.say(language, "replay.most"), overflow="fold")
    table.add_column(texts.say(language, "replay.times"), justify="right")
    for text, count in tally.missed(MOST_SHOWN):
        table.add_row(_plain(text), f"{count:,}")
    return table


def _plain(text: str) -> Text:
    """Return what somebody wrote, as it stands: rich reads [brackets] in a string as its own markup."""
    return Text(clean(text))
