"""How many tokens a text is, estimated offline."""

from __future__ import annotations

import math

BYTES_PER_TOKEN = 2.7


def tokens(text: str) -> int:
    """Return about how many tokens a text is: UTF-8 bytes / 2.7, which under-counts next to no real text."""
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN)
