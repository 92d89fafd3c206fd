"""Which format a file is in, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from handlers.faq.draft import Draft, FaqError
from handlers.faq.entry import Entry
from handlers.faq.formats import chatterbot, delimited, directory, jsonl, markdown, xlsx, yaml

Read = Callable[[Path], tuple[Draft, ...]]
Write = Callable[[Path, Iterable[Entry]], None]


@dataclass(frozen=True, slots=True)
class Format:
    """How files with a certain ending are read and written."""

    read: Read
    write: Write


FORMATS: Mapping[str, Format] = {
    ".yaml": Format(yaml.read, yaml.write),
    ".yml": Format(yaml.read, yaml.write),
    ".csv": Format(delimited.read, delimited.write_csv),
    ".tsv": Format(delimited.read, delimited.write_tsv),
    ".xlsx": Format(xlsx.read, xlsx.write),
    ".jsonl": Format(jsonl.read, jsonl.write),
    ".md": Format(markdown.read, markdown.write),
    ".markdown": Format(markdown.read, markdown.write),
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
    return known
