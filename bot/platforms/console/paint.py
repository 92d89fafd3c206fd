"""Light Markdown for a terminal: bold, code and headings in colour, everything else as it stands."""

from __future__ import annotations

import re

BOLD, DIM, CYAN, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"
FENCE = re.compile(r"\s*(?:```|~~~)")
HEADING = re.compile(r"#{1,6}\s+(.+)")
INLINE = re.compile(r"`(?P<code>[^`\n]+)`|\*\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*\*")


def painted(text: str) -> str:
    """Return a clean text of Markdown with its marks turned into colours."""
    lines, fenced = [], False
    for line in text.split("\n"):
        if FENCE.match(line):
            fenced = not fenced
            lines.append(dim(line))
        else:
            lines.append(f"{CYAN}{line}{PLAIN}" if fenced and line else _line(line))
    return "\n".join(lines)


def dim(text: str) -> str:
    """Return a text to be shown dimly."""
    return f"{DIM}{text}{PLAIN}"


def _line(line: str) -> str:
    heading = HEADING.fullmatch(line)
    if heading:
        return f"{BOLD}{heading[1]}{PLAIN}"
    return INLINE.sub(lambda each: f"{CYAN}{each['code']}{PLAIN}" if each["code"] else _bold(each), line)


def _bold(found: re.Match[str]) -> str:
    return f"{BOLD}{found['bold']}{PLAIN}"
