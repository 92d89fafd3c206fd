"""Two versions of a text: what was taken out, what was put in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Indel

# A run of Latin letters and signs is compared as one; so is white space; everything else sign by sign.
TOKEN = re.compile(r"[^\s\u2e80-\U0003ffff]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of text: `old` as it was and `new` as it is. They are the same where nothing changed."""

    old: str
    new: str

    @property
    def same(self) -> bool:
        """Whether nothing changed here."""
        return self.old == self.new


def changes(old: str, new: str) -> Iterator[Change]:
    """Yield the stretches in their order: joined, their `old` are the old text and their `new` the new one."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    # A longest common subsequence by bits (Hyyrö 2004): difflib takes minutes where a few signs fill a long text.
    for _, group in itertools.groupby(Indel.opcodes(before, after), key=lambda code: code.tag == "equal"):
        codes = list(group)
        taken = before[codes[0].src_start : codes[-1].src_end]
        put = after[codes[0].dest_start : codes[-1].dest_end]
        yield Change("".join(taken), "".join(put))
