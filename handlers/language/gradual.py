"""What takes a while to load is loaded little by little before it is needed, or at once when it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Gradual(Generic[T]):
    """Something that is made in small steps, by whoever needs it first or by whoever has the time.

    Steps are some tenths of a millisecond long: between two of them the interpreter is free for others.
    """

    def __init__(self, make: Callable[[], Iterator[T | None]]) -> None:
        """Take what makes it: an iterator that yields None after each step, and at last the thing."""
        self._make = make
        self._steps = make()
        self._lock = threading.Lock()
        self._made: T | None = None

    def __call__(self) -> T:
        """Return the thing, made to its end by now."""
        made = self._made
        while made is None:
            made = self.step()
        return made

    def step(self) -> T | None:
        """Do one more step, and return the thing if it is made. Any number of threads may do so."""
        with self._lock:
            if self._made is None:
                try:
                    self._made = next(self._steps)
                except BaseException:
                    self._steps = self._make()
                    raise
            return self._made
