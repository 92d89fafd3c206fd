"""The owner's files: loaded at start or refused, and loaded again when they change, all or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger(__name__)

Mark = tuple[tuple[int, int, int], ...]
MISSING = (0, 0, 0)
# Files are looked at so often, and one that was there is missing only when it was not at so many looks in a row: for a
# second an editor may be about to put it back.
REFRESH_SECONDS = 0.5
LOOKS = 3
MEND_DIRECTORY = "make it, or set this to the directory of your rules.yaml and faq.yaml"


class ContentError(ValueError):
    """A content file is refused. The message names file and line and says what is wrong in one sentence."""


class Live(Generic[T]):
    """The value read from some files: always the last good one. `fault` says why a newer state was refused.

    A file that is not there at the start is no mistake, but its directory must be; one that vanishes later is.
    """

    def __init__(self, paths: tuple[Path, ...], load: Callable[[], T]) -> None:
        self.paths = paths
        self.load = load
        self.fault = ""
        self.seen = self.used = self.mark()
        self.value = self.read()
        if self.lost(self.seen, self.mark()):
            # It vanished while it was read, and what was read may be nothing: once it is there, it is new.
            self.seen = self.used = (MISSING,) * len(paths)

    def read(self) -> T:
        """Return what the files say now. Raises `ContentError` where there can be none, and whatever `load` does."""
        for directory in {path.parent: None for path in self.paths}:
            if not directory.is_dir():
                found = _instead(directory, "directory")
                raise ContentError(f"CONTENT_DIR: {directory.absolute()} {found}; {MEND_DIRECTORY}")
        for path in self.paths:
            if os.path.lexists(path) and not (path.is_file() or path.is_dir()):
                raise ContentError(f"{path.name}: in {path.parent} {_instead(path, 'file')}; put the file itself there")
        return self.load()

    def mark(self) -> Mark:
        """Return what changes when one of the files does."""
        return tuple(_mark(path) for path in self.paths)

    def lost(self, before: Mark, now: Mark) -> frozenset[Path]:
        """Return the files that were there before and are not there now."""
        states = zip(self.paths, before, now, strict=True)
        return frozenset(path for path, *state in states if state[1] == MISSING != state[0])


class Content:
    """Every file of the owner's that is in use."""

    def __init__(self) -> None:
        self._live: list[Live[Any]] = []
        # At how many looks in a row.
        self._lost: dict[Path, int] = {}
        self._refused = False

    def watch(self, paths: tuple[Path, ...], load: Callable[[], T]) -> Live[T]:
        """Load a value from files and keep it fresh.

        Raises:
            ContentError: The files are wrong now; `load` says so by a ValueError or OSError with the whole sentence.
        """
        try:
            live = Live(paths, load)
        except (ValueError, OSError) as error:
            raise ContentError(str(error)) from error
        self._live.append(live)
        return live

    @property
    def faults(self) -> tuple[str, ...]:
        """Why files that changed were refused; empty when all that stands in the files is in use."""
        return tuple(live.fault for live in self._live if live.fault)

    @property
    def absent(self) -> tuple[Path, ...]:
        """The files that are not there, of those that something is read from first of all."""
        return tuple(live.paths[0] for live in self._live if not live.paths[0].exists())

    def refresh(self) -> bool:
        """Load what changed, all or nothing; return whether something new is in use. Blocks: call it in a thread."""
        # Looked at once: what changes from here on is seen the next time.
        marks = [live.mark() for live in self._live]
        if not self._settled(marks) or marks == [live.seen for live in self._live]:
            return False
        for live, mark in zip(self._live, marks, strict=True):
            live.seen, live.fault = mark, _gone(live.lost(live.used, mark))
        return self._load([live for live in self._live if live.seen != live.used])

    def _settled(self, marks: list[Mark]) -> bool:
        """Return False where a file has just been lost."""
        pairs = zip(self._live, marks, strict=True)
        lost = frozenset[Path]().union(*(live.lost(live.used, mark) for live, mark in pairs))
        self._lost = {path: self._lost.get(path, 0) + 1 for path in lost}
        return all(looks >= LOOKS for looks in self._lost.values())

    def _load(self, stale: list[Live[Any]]) -> bool:
        loaded = [(live, _try(live)) for live in stale if not live.fault]
        if any(live.lost(live.seen, live.mark()) for live in stale):
            # It vanished while it was read, and what was read may be nothing: the next look decides.
            for live in stale:
                live.seen, live.fault = live.used, ""
            return False
        for fault in self.faults:
            log.warning("content refused, the old one stays", reason=fault)
        if self.faults:
            self._refused = True
            return False
        for live, value in loaded:
            live.value, live.used = value, live.seen
        changed = [path.name for live in stale for path in live.paths]
        # Whoever was told that something is wrong is told as loudly that it is right again.
        tell, self._refused = log.warning if self._refused else log.info, False
        tell("content reloaded" if changed else "content is again what is in use", files=changed)
        return bool(changed)


def _try(live: Live[Any]) -> Any:
    try:
        return live.read()
    except (ValueError, OSError) as error:
        live.fault = str(error)
        return None
    except Exception:  # a bug that a file brings to light must not end a bot that runs
        live.fault = (
            f"{', '.join(path.name for path in live.paths)}: cannot be read by a bug; the log has its traceback"
        )
        log.exception("content cannot be read by a bug")
        return None


def _instead(path: Path, wanted: str) -> str:
    """Return what stands at a place instead of what is wanted there."""
    if path.exists():
        return f"is no {wanted}"
    return "is a link that leads nowhere" if path.is_symlink() else "is not there"


def _mark(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return MISSING
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _gone(paths: frozenset[Path]) -> str:
    """Return the sentence that says so, or nothing where none is gone."""
    if not paths:
        return ""
    names, directory = ", ".join(sorted(path.name for path in paths)), min(paths).parent
    return f"{names}: gone from {directory}; put it back, or an empty file where there shall be none of it"
