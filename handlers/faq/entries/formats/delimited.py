"""FAQ files as comma- or tab-separated values, in whatever encoding and with whatever separator a spreadsheet chose."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from handlers.faq.entries.draft import Draft, FaqError
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats import table
from handlers.faq.entries.formats.text import any_encoding

SEPARATORS = (",", "\t", ";", "，", "|")
SAMPLE = 20


def read(path: Path) -> tuple[Draft, ...]:
    """Return the drafts of a file. Raises `FaqError`."""
    text = any_encoding(path)
    return tuple(table.drafts(_rows(path, text, separator(text, path.suffix))))


def separator(text: str, suffix: str = "") -> str:
    """Return what separates the cells: what makes a header of the first row, else what makes the most equal rows."""
    first = ("\t", *SEPARATORS) if suffix == ".tsv" else SEPARATORS
    return max(first, key=lambda each: _fitness(text, each))


def _fitness(text: str, mark: str) -> tuple[bool, float]:
    try:
        sample = [row for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), SAMPLE) if row]
    except csv.Error:
        return (False, 0)
    if not sample:
        return (False, 0)
    widths = [len(row) for row in sample]
    usual = max(set(widths), key=widths.count)
    return (table.header(sample[0]) is not None, widths.count(usual) / len(widths) if usual > 1 else 0)


def _rows(path: Path, text: str, mark: str) -> Iterator[tuple[str, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    line = 1
    try:
        for row in reader:
            yield f"{path.name}, line {line}", row
            line = reader.line_num + 1
    except csv.Error as error:
        raise FaqError(f"{path.name}, line {line}: {_problem(str(error))}.") from None


def _problem(error: str) -> str:
    if "unexpected end" in error:
        return "a double quote that opens a cell here is never closed"
    if "expected after" in error:
        return "a double quote within a quoted cell must be doubled"
    return f"this row cannot be read ({error})"


def write_csv(path: Path, entries: Iterable[Entry]) -> None:
    """Write comma-separated values that Excel opens with the right characters (UTF-8 with BOM)."""
    _write(path, entries, "excel")


def write_tsv(path: Path, entries: Iterable[Entry]) -> None:
    """Write tab-separated values (UTF-8 with BOM)."""
    _write(path, entries, "excel-tab")


def _write(path: Path, entries: Iterable[Entry], dialect: str) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, dialect).writerows(table.rows(tuple(entries)))
