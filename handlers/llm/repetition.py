"""Whether a model has fallen into a loop: it says the same again and again, and would for ever."""

from __future__ import annotations

# What is repeated is at most so long, and has been repeated for so many characters: ten times at least.
PERIOD = 200
LOOP = 2000
# Whatever period these end with is the only one that a whole loop before them can have.
PROBE = 2 * PERIOD


class Repetition:
    """Looks at the end of a text as it grows, every so many characters."""

    def __init__(self) -> None:
        self._tail = ""
        self._new = 0

    def goes_on(self, piece: str) -> bool:
        """Take a piece of the text. Return whether it has ended in a loop for long enough to be sure."""
        self._tail = (self._tail + piece)[-LOOP:]
        self._new += len(piece)
        if self._new < PERIOD or len(self._tail) < LOOP:
            return False
        self._new = 0
        period = LOOP - PROBE - self._tail.rfind(self._tail[-PROBE:], LOOP - PROBE - PERIOD, LOOP - 1)
        return period <= PERIOD and self._tail.startswith(self._tail[period:])
