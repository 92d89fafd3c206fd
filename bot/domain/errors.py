"""The one tree of what can go wrong between the rooms, and who is told. Standard library only."""

from __future__ import annotations


class Apology(Exception):  # noqa: N818 — the house's word for it
    """Something a person should be told in plain words: a sentence of the catalogue and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Discarded(Apology):
    """An answer broke off, and nothing of it is to be remembered."""


class RetryAfter(Exception):  # noqa: N818
    """A platform asks for silence in one chat for so many seconds: outlets raise it, the gate handles it.

    Attributes:
        reason: What the metrics call it.
        doubtful: What was to be written may stand there all the same.
    """

    reason = "asked"
    doubtful = False

    def __init__(self, seconds: float) -> None:
        super().__init__(f"retry after {seconds} s")
        self.seconds = seconds


class Unreachable(RetryAfter):
    """A platform could not be reached, or failed: what was to be written is tried again after so many seconds."""

    reason = "unreachable"


class UndeliverableError(Exception):
    """A platform fails again and again at one write, and takes others meanwhile: it is not away."""


class Gone(Exception):  # noqa: N818
    """This chat cannot be written to any more: the bot was removed or blocked, or the chat was deleted."""


class FilesRefused(Exception):  # noqa: N818
    """This chat takes no files like a page's: its text may stand there, and nothing else is wrong."""


class Superseded(Exception):  # noqa: N818 — not an error: the turn is another process's now
    """Another process has taken the conversation over; nothing more is to be written here."""
