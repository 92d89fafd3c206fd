"""What this process has finished lately: a Redis that has forgotten its last moment brings it once more."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

MOST = 10_000


class Finished:
    """The last messages that were finished here, by a digest of their lines."""

    def __init__(self, most: int = MOST) -> None:
        self._digests: OrderedDict[bytes, None] = OrderedDict()
        self._most = most

    def add(self, line: str) -> None:
        """Remember a message, and forget the oldest where they are too many."""
        self._digests[_digest(line)] = None
        if len(self._digests) > self._most:
            self._digests.popitem(last=False)

    def __contains__(self, line: str) -> bool:
        return _digest(line) in self._digests


def _digest(line: str) -> bytes:
    return hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=16).digest()
