"""Carrying entries into a FAQ file and out of it: all or nothing, and saying what became of each."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from handlers.faq.entries.draft import Draft
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats import registry, yaml
from handlers.faq.entries.formats.yaml_edit import edited
from handlers.faq.entries.load import load
from handlers.faq.entries.merge import Merged, merge

YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, and whether the comments of the file it went to are still there."""

    merged: Merged
    comments: bool = True


def import_into(target: Path, sources: Iterable[Path], *, overrule: bool = False, dry: bool = False) -> Imported:
    """Merge files into a FAQ file, which is made where there is none. Nothing is written where nothing changes.

    Raises:
        FaqError: A file is refused; nothing was written.
        OSError: A file cannot be opened or written.
    """
    drafts: list[Draft] = [draft for source in sources for draft in registry.read(source)]
    existing = load(target) if target.exists() else ()
    merged = merge(existing, drafts, overrule=overrule)
    if dry or merged.entries == existing:
        return Imported(merged)
    return Imported(merged, _rewrite(target, existing, merged.entries))


def _rewrite(target: Path, old: Sequence[Entry], new: Sequence[Entry]) -> bool:
    """Write the file; return whether its comments were kept."""
    if target.suffix.lower() not in YAML:
        export(target, new)
        return True
    text = edited(target, old, new) if target.exists() else yaml.dump(new)
    _replace(target, (yaml.dump(new) if text is None else text).encode())
    return text is not None


def export(target: Path, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Write entries in the format of the target's name, and return what it cannot carry, a sentence each.

    Raises:
        FaqError: The format cannot take them; a file that was there is as it was.
        OSError: The file cannot be written.
    """
    if target.is_dir() or not target.suffix:
        registry.write(target, entries)
        return ()
    with tempfile.TemporaryDirectory(prefix="faq-") as directory:
        draft = Path(directory) / target.name
        registry.write(draft, entries)
        lost = _lost(entries, load(draft))
        _replace(target, draft.read_bytes())
    return lost


def _lost(written: Sequence[Entry], read: Sequence[Entry]) -> tuple[str, ...]:
    names = ("id", "question", "answer", "alternatives", "twin", "tags", "markdown")
    pairs = list(zip(written, read, strict=False))
    counts = {name: sum(getattr(one, name) != getattr(other, name) for one, other in pairs) for name in names}
    missing = len(written) - len(read)
    entries = (f"{missing} entries are not in the file",) if missing else ()
    return entries + tuple(
        f"{name} differs in {count} of {len(pairs)} entries" for name, count in counts.items() if count
    )


def _replace(target: Path, content: bytes) -> None:
    """Put a new content in a file's place at once: a reader sees the old one or the new one."""
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o644)
        path.replace(target)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
