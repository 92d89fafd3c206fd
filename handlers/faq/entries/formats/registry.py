"""Which format a file is in, by its name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from handlers.faq.entries.draft import Draft, FaqError
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats import chatterbot, delimited, directory, jsonl, markdown, yaml

Read = Callable[[Path], tuple[Draft, ...]]
Write = Callable[[Path, Iterable[Entry]], None]


@dataclass(frozen=True, slots=True)
class Format:
    """How files with a certain ending are read and written."""

    read: Read
    write: Write


def _workbook() -> Format:
    # openpyxl takes a quarter of a second and 20 MB, which a bot that reads YAML can do without.
    xlsx = importlib.import_module("handlers.faq.entries.formats.xlsx")
    return Format(xlsx.read, xlsx.write)


FORMATS: Mapping[str, Callable[[], Format]] = {
    ".yaml": lambda: Format(yaml.read, yaml.write),
    ".yml": lambda: Format(yaml.read, yaml.write),
    ".csv": lambda: Format(delimited.read, delimited.write_csv),
    ".tsv": lambda: Format(delimited.read, delimited.write_tsv),
    ".xlsx": _workbook,
    ".jsonl": lambda: Format(jsonl.read, jsonl.write),
    ".md": lambda: Format(markdown.read, markdown.write),
    ".markdown": lambda: Format(markdown.read, markdown.write),
}
CORPUS = ".chatterbot.yml"


def read(path: Path) -> tuple[Draft, ...]:
    """Return the drafts of a file or of a directory's files. Raises `FaqError` and `OSError`."""
    if path.is_dir():
        return tuple(draft for each in directory.files(path, FORMATS) for draft in read(each))
    return format_of(path).read(path)


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write entries in the format of the file's name; a name without ending is a directory. Raises `FaqError`."""
    if path.name.endswith(CORPUS):
        chatterbot.write(path, entries)
    elif path.is_dir() or not path.suffix:
        directory.write(path, entries)
    else:
        format_of(path).write(path, entries)


def format_of(path: Path) -> Format:
    """Return the format of a file. Raises `FaqError` naming the endings there are."""
    known = FORMATS.get(path.suffix.lower())
    if known is None:
        raise FaqError(f"{path.name}: a FAQ file ends in {', '.join(FORMATS)}, or is a directory of such files.")
    return known()
