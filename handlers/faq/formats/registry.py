"""Which format a file is in, by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from handlers.faq.draft import Draft, FaqError
from handlers.faq.entry import Entry
from handlers.faq.formats import yaml

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
}


def read(path: Path) -> tuple[Draft, ...]:
    """Return the drafts of a file or of a directory's files. Raises `FaqError` and `OSError`."""
    return format_of(path).read(path)


def format_of(path: Path) -> Format:
    """Return the format of a file. Raises `FaqError` naming the endings there are."""
    if path.suffix.lower() not in FORMATS:
        raise FaqError(f"{path.name}: a FAQ file ends in {', '.join(FORMATS)}.")
    return FORMATS[path.suffix.lower()]
