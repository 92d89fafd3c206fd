"""A table as text in columns, aligned by the width that characters have on the screen."""

from __future__ import annotations

import re
from collections.abc import Sequence

import wcwidth

PIPE = re.compile(r"(?<!\\)\|")


def cells_of(line: str) -> list[str]:
    """Return the cells of a table's source line."""
    return PIPE.split(re.sub(r"^\s*\|?|\|?\s*$", "", line))


def aligned(rows: Sequence[Sequence[str]], styles: Sequence[str]) -> str:
    """Return rows, the head first, as lines of equally wide columns; `styles` are left (or empty), right and center.

    A Han character is two columns wide (Unicode Standard Annex 11).
    """
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths, styles) for row in rows]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> str:
    cells = (_padded(cell, width, style) for cell, width, style in zip(row, widths, styles, strict=True))
    return " | ".join(cells).rstrip()


def _padded(cell: str, width: int, style: str) -> str:
    room = width - _width(cell)
    left = {"right": room, "center": room // 2}.get(style, 0)
    return " " * left + cell + " " * (room - left)


def _width(cell: str) -> int:
    return max(wcwidth.width(cell), 0)
