"""A directory of FAQ files: all that can be imported, in the order of their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from handlers.faq.entries.draft import FaqError
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats import yaml

UNSAFE = re.compile(r"[^\w]+")


def files(directory: Path, endings: Iterable[str]) -> tuple[Path, ...]:
    """Return the importable files below a directory, hidden ones and a README left out. Raises `FaqError` for none."""
    known = set(endings)
    found = sorted(
        each
        for each in directory.rglob("*")
        if each.suffix.lower() in known and each.is_file() and _meant(each.relative_to(directory))
    )
    if not found:
        raise FaqError(f"{directory.name}: the directory holds no FAQ file ({', '.join(sorted(known))}).")
    return tuple(found)


def _meant(path: Path) -> bool:
    # Excel keeps "~$faq.xlsx" beside a workbook that is open.
    return not any(part.startswith((".", "~$")) for part in path.parts) and path.stem.lower() != "readme"


def write(directory: Path, entries: Iterable[Entry]) -> None:
    """Write a YAML file for each first tag into a new or empty directory. Raises `FaqError` where it holds anything."""
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise FaqError(f"{directory.name}: the directory is not empty; give a new one.")
    for number, (name, group) in enumerate(_groups(entries).items(), 1):
        yaml.write(directory / f"{number:03d}-{name}.yaml", group)


def _groups(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        tag = UNSAFE.sub("-", entry.tags[0]).strip("-")[:30] if entry.tags else ""
        groups.setdefault(tag or "faq", []).append(entry)
    return groups
