"""FAQ files as Excel workbooks: every sheet that has the columns, else the first as question and answer."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment
from openpyxl.utils.exceptions import InvalidFileException

from handlers.faq.entries.draft import Draft, FaqError
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats import table

# What openpyxl and the zip and XML readers below it raise for workbooks that are none.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, EOFError, NotImplementedError),
    *(OSError, LookupError, ValueError, TypeError, AttributeError, OverflowError, RuntimeError),
)
LONGEST = 32_767  # characters in a cell, Excel's limit
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
DECIMALS = re.compile(r"0\.(0+)")


def read(path: Path) -> tuple[Draft, ...]:
    """Return the drafts of a workbook. Raises `FaqError`."""
    content = io.BytesIO(path.read_bytes())
    try:
        with warnings.catch_warnings():
            # What openpyxl leaves out of a workbook (colours, checks of input) says nothing about its text.
            warnings.simplefilter("ignore")
            return _drafts(path, content)
    except FaqError:
        raise
    except DAMAGED as error:
        raise FaqError(f"{path.name}: this is not an Excel workbook (.xlsx), or it is damaged.") from error


def _drafts(path: Path, content: io.BytesIO) -> tuple[Draft, ...]:
    with closing(openpyxl.load_workbook(content, read_only=True, data_only=True)) as book:
        sheets = [list(_rows(path, sheet)) for sheet in book.worksheets]
    named = [rows for rows in sheets if rows and table.header(rows[0][1])]
    chosen = named or [rows for rows in sheets if rows][:1]
    return tuple(draft for rows in chosen for draft in table.drafts(rows))


def _rows(path: Path, sheet: Any) -> Iterator[tuple[str, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_shown(cell.value, cell.number_format or "") for cell in row]
        if any(cells):
            yield f"{path.name}, sheet {sheet.title}, row {number}", cells


def _shown(value: Any, style: str) -> str:
    """Return what people see in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%d %H:%M")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, (int, float)):
        return _number(value, style)
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), str(value))


def _number(value: float, style: str) -> str:
    decimals = DECIMALS.search(style)
    places = len(decimals[1]) if decimals else 0
    group = "," if "#,#" in style else ""
    if "%" in style:
        return f"{value:{group}.{places}%}"
    if decimals or re.fullmatch(r"#,##0|0", style):
        return f"{value:{group}.{places}f}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write a workbook of one sheet. Raises `FaqError` for a text that is too long for a cell."""
    rows = [
        [_fitting(text, f"{path.name}, row {number}") for text in row]
        for number, row in enumerate(table.rows(tuple(entries)), 1)
    ]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("FAQ")
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_cell(sheet, text) for text in row])
    book.save(path)


def _fitting(text: str, place: str) -> str:
    escaped = ESCAPED.sub(r"_x005F\g<0>", text)
    if len(escaped) > LONGEST:
        raise FaqError(f"{place}: Excel takes {LONGEST} characters in a cell, and this has {len(escaped)}.")
    return escaped


def _cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"  # a text that begins with = is no formula
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
