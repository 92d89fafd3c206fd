"""A terminal with a person before it: answers grow in place, and say where they came from."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from prompt_toolkit.utils import get_cwidth

from bot.config.catalogue import Catalogue
from bot.domain.reply import File, Source
from bot.platforms.console.clean import clean
from bot.platforms.console.filter import numbered
from bot.platforms.console.paint import dim, painted
from bot.platforms.console.sheet import Sheet

PACE_SECONDS = 0.04
Size = Callable[[], tuple[int, int]]


class TerminalScreen:
    """Draws each answer below the line that asked for it.

    A growing text is appended to. What changed is drawn again in place as long as it has not scrolled away.
    """

    pace = PACE_SECONDS

    def __init__(
        self,
        write: Callable[[str], object],
        texts: Catalogue,
        language: str,
        files: Path,
        size: Size = shutil.get_terminal_size,
    ) -> None:
        self._write = write
        self._texts = texts
        self._language = language
        self._files = files
        self._size = size
        self._drawn = ""

    def draw(self, sheet: Sheet) -> None:
        """Draw what is new on a sheet."""
        text = clean(sheet.text).expandtabs(4)
        if text.startswith(self._drawn):
            self._write(text[len(self._drawn) :])
        else:
            self._write(f"{self._back()}{text}")
        self._drawn = text

    def finish(self, sheet: Sheet) -> None:
        """Draw the rest: Markdown in colour, the choices, the files, and where the answer came from."""
        last = sheet.last
        if last is None:
            self._write(f"{dim(self._say('silent'))}\n")
            return
        if last.markdown and self._reachable():
            self._write(f"{self._back()}{painted(self._drawn)}")
        self._drawn = ""
        lines = [clean(each) for each in numbered(sheet)]
        lines += [self._saved(each) for each in last.files]
        lines.append(dim(f"〔{self._source(last.source, sheet.milliseconds / 1000)}〕"))
        self._write("".join(f"\n{each}" for each in lines) + "\n")

    def _reachable(self) -> bool:
        width, height = self._size()
        return rows(self._drawn, width) < height

    def _back(self) -> str:
        """Return what leads to the beginning of what is drawn, and erases it; below it where that has scrolled away."""
        width, _ = self._size()
        if not self._reachable():
            return "\n"
        up = rows(self._drawn, width) - 1
        return ("\r" + f"\x1b[{up}A" * bool(up) + "\x1b[J") if self._drawn else ""

    def _source(self, source: Source, seconds: float) -> str:
        kind = source.kind if source.kind in ("command", "rule", "faq", "chat", "none", "error") else "other"
        confidence = "" if source.confidence is None else f"{source.confidence:.0%}"
        said = self._say(kind, id=source.id, confidence=confidence, seconds=f"{seconds:.1f}", kind=source.kind)
        return clean(" ".join(said.split()))

    def _saved(self, file: File) -> str:
        """Write a file of an answer beside the data, under a name that is not taken."""
        self._files.mkdir(parents=True, exist_ok=True)
        name = Path(clean(file.name)).name or "file"
        taken = sum(1 for each in self._files.iterdir() if each.name.endswith(name))
        path = self._files / (f"{taken}-{name}" if taken else name)
        path.write_bytes(file.content)
        return clean(self._say("saved", path=path))

    def _say(self, key: str, **values: object) -> str:
        return self._texts.say(self._language, f"console.{key}", **values)


def rows(text: str, width: int) -> int:
    """Return how many rows of a terminal a text takes; a wide character that does not fit goes to the next one."""
    return sum(_rows(line, max(width, 2)) for line in text.split("\n"))


def _rows(line: str, width: int) -> int:
    if len(line) * 2 <= width:
        return 1
    count, column = 1, 0
    for cells in map(get_cwidth, line):
        if column + cells > width:
            count, column = count + 1, 0
        column += cells
    return count
