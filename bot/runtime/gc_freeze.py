"""What stays as long as the bot runs is left out of the garbage collector's rounds, which everybody would wait for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def settled() -> Iterator[None]:
    """Leave out what is there now, until the end of this."""
    settle()
    try:
        yield
    finally:
        gc.unfreeze()


def settle() -> None:
    """Leave out what is there now. What was left out before and is garbage since is collected.

    A full round over the code, tables and content of a bot stops it for some 40 ms, with a large FAQ for longer.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
