"""A file of entries in the order of their keys, searched where it lies: nothing is loaded, little is kept."""

from __future__ import annotations

import mmap
import re
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any

BLOCK = 2048
# As many bytes of an entry beyond the block in which it begins are looked at.
BEYOND = 512


class SortedFile:
    """A file that is mapped into memory, and the keys at which its blocks of some kilobytes begin.

    Only the pages that are looked at are in memory, and the system may take them back.
    """

    def __init__(
        self, path: Path, entry: re.Pattern[bytes], begin: bytes, order: Callable[[bytes], Any] = bytes
    ) -> None:
        """Map a file in which every entry begins a line.

        Args:
            path: The file.
            entry: A line's end, what may stand before a key, and the key as its first group.
            begin: Where the entries that are in order begin. What comes before is looked through for every key.
            order: By what of the keys they are in order.
        """
        self._order = order
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        at = self._data.find(begin)
        self._unordered = b"\n" + self._data[:at]
        self._keys: list[Any] = []
        self._places: list[int] = []
        while found := entry.search(self._data, at):
            self._keys.append(order(found[1]))
            self._places.append(found.start())
            at = found.end() + BLOCK
        self._places.append(len(self._data))
        unneeded(self._data)

    def after(self, lead: bytes, key: bytes) -> bytes | None:
        """Return what stands after a key, or, where there is no such entry, after the first that begins with it.

        None where none does. `lead` is what stands before a key, a line's end first of all.
        """
        sought, block = lead + key, bisect_right(self._keys, self._order(key))
        part = self._data[self._places[max(0, block - 1)] : self._places[block] + BEYOND]
        at = part.find(sought)
        if at < 0:
            part = self._unordered
            at = part.find(sought)
        return part[at + len(sought) :][:BEYOND] if at >= 0 else None


def unneeded(data: mmap.mmap) -> None:
    """Tell the system that what was read of a mapped file need not stay in this process's memory."""
    if hasattr(data, "madvise") and hasattr(mmap, "MADV_DONTNEED"):
        data.madvise(mmap.MADV_DONTNEED)
