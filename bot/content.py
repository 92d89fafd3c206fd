"""The owner's files: loaded at start or refused, and loaded again when they change, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger(__name__)

Mark = tuple[tuple[int, int, int], ...]


class ContentError(ValueError):
    """A content file is refused. The message names file and line and says what is wrong in one sentence."""


class Live(Generic[T]):
    """The value read from some files: always the last good one. `fault` says why a newer state was refused."""

    def __init__(self, paths: tuple[Path, ...], load: Callable[[], T]) -> None:
        self.paths = paths
        self.load = load
        self.fault = ""
        self.seen = self.used = self.mark()
        self.value = load()

    def mark(self) -> Mark:
        """Return what changes when one of the files does."""
        return tuple(_mark(path) for path in self.paths)


class Content:
    """Every file of the owner's that is in use."""

    def __init__(self) -> None:
        self._live: list[Live[Any]] = []

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

    def refresh(self) -> bool:
        """Load what changed, all or nothing; return whether something new is in use. Blocks: call it in a thread."""
        # Looked at once: what changes from here on is seen the next time.
        marks = [live.mark() for live in self._live]
        if marks == [live.seen for live in self._live]:
            return False
        for live, mark in zip(self._live, marks, strict=True):
            live.seen, live.fault = mark, ""
        stale = [live for live in self._live if live.seen != live.used]
        loaded = [(live, _try(live)) for live in stale]
        if self.faults:
            return False
        for live, value in loaded:
            live.value, live.used = value, live.seen
        log.info("content reloaded", files=[path.name for live in stale for path in live.paths])
        return True


def _try(live: Live[Any]) -> Any:
    try:
        return live.load()
    except (ValueError, OSError) as error:
        live.fault = str(error)
        log.warning("content refused, the old one stays", reason=live.fault)
        return None
    except Exception:  # a bug that a file brings to light must not end a bot that runs
        live.fault = (
            f"{', '.join(path.name for path in live.paths)}: cannot be read by a bug; the log has its traceback"
        )
        log.exception("content refused by a bug, the old one stays")
        return None


def _mark(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)
