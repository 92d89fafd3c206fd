"""A font that has Chinese characters: the one of the laboratory, or one of the system's (needs matplotlib)."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from bot.contract import Apology

PACKAGE, SHIPPED = "zhplot", "fonts/NotoSansSC-Regular.ttf"
# Both scripts, a rare one, and the punctuation that stands among them.
SAMPLE = "应答词频開龜體灣嗎囉龘，。「」Aa1"
# What names of files with Chinese fonts have in them, so that not every font of a system is opened; the best first.
LIKELY = (
    "notosanscjk", "notosanssc", "notosanstc", "sourcehansans", "pingfang", "msyh", "microhei", "zenhei", "hiragino",
    "simhei", "heiti", "wenkai", "cjk", "fallback", "unifont", "songti", "simsun", "uming",
)  # fmt: skip
UNDRAWABLE = "·"


@dataclass(frozen=True, slots=True)
class Font:
    """A font's file and name, and the characters it has."""

    path: Path
    name: str
    characters: frozenset[int]

    def drawable(self, text: str) -> str:
        """Return the text with a dot for each character that the font has not."""
        return "".join(each if ord(each) in self.characters else UNDRAWABLE for each in text)


@functools.cache
def font() -> Font:
    """Return the font that pictures are drawn in.

    Raises:
        Apology: There is none with Chinese characters.
    """
    found = next(filter(None, map(_chinese, (*_shipped(), *_likely(font_manager.findSystemFonts())))), None)
    if found is None:
        raise Apology("laboratory.no_font")
    return found


def _shipped() -> Iterator[Path]:
    """Find the font without importing its package, which would change matplotlib's settings for everybody."""
    spec = importlib.util.find_spec(PACKAGE)
    for each in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(each) / SHIPPED


def _likely(paths: Iterable[str]) -> list[Path]:
    ranked = [(rank, Path(path)) for path in sorted(paths) for rank in [_rank(path)] if rank < len(LIKELY)]
    return [path for _, path in sorted(ranked)]


def _rank(path: str) -> int:
    name = "".join(letter for letter in Path(path).stem.lower() if letter.isalnum())
    return next((rank for rank, part in enumerate(LIKELY) if part in name), len(LIKELY))


def _chinese(path: Path) -> Font | None:
    """Return the font of a file if it can be opened and has what the sample needs."""
    try:
        opened = FT2Font(str(path))
        characters = frozenset(opened.get_charmap())
    except (OSError, RuntimeError):
        return None
    if not characters.issuperset(map(ord, SAMPLE)):
        return None
    return Font(path, opened.family_name, characters)
