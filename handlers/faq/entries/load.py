"""Loading an FAQ from a file of any format, or from a directory of them."""

from __future__ import annotations

from pathlib import Path

from handlers.faq.entries.draft import entries_of
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats import registry


def load(path: Path) -> tuple[Entry, ...]:
    """Return the entries of a file or directory, in their order.

    Raises:
        FaqError: It is refused; the message is a whole sentence with file, line or row, and what is wrong.
        OSError: It cannot be opened.
    """
    return entries_of(registry.read(path))
