"""A font that has Chinese characters: the one of the laboratory, or one of the system's (needs Pillow)."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageFont

from bot.domain.errors import Apology

PACKAGE, SHIPPED = "zhplot", "fonts/NotoSansSC-Regular.ttf"
# Both scripts, a rare one, and the punctuation that stands among them.
SAMPLE = "应答词频开龜體灣嗎囉龘，。「」Aa1"
# What names of files with Chinese fonts have in them, so that not every font of a system is opened; the best first.
LIKELY = (
    "notosanscjk", "notosanssc", "notosanstc", "sourcehansans", "pingfang", "msyh", "microhei", "zenhei", "hiragino",
    "simhei", "heiti", "wenkai", "cjk", "fallback", "unifont", "songti", "simsun", "uming",
)  # fmt: skip
UNDRAWABLE = "·"
# No font has a character at this place: it is drawn as whatever the font has for those that it has not.
NOWHERE = "\uffff"
SMALL, REMEMBERED = 16, 1 << 14


@dataclass(frozen=True, slots=True)
class Font:
    """A font's file and name."""

    path: Path
    name: str

    def drawable(self, text: str) -> str:
        """Return the text with a dot for each character that the font has not."""
        return "".join(each if self.has(each) else UNDRAWABLE for each in text)

    def has(self, character: str) -> bool:
        """Return whether the font has a character."""
        return character.isspace() or _shape(self.path, character) != _shape(self.path, NOWHERE)


@functools.cache
def font() -> Font:
    """Return the font that pictures are drawn in.

    Raises:
        Apology: There is none with Chinese characters.
    """
    found = next(filter(None, map(_chinese, _candidates())), None)
    if found is None:
        raise Apology("laboratory.no_font")
    return found


@functools.lru_cache(64)
def lettering(size: int, path: Path | None = None) -> ImageFont.FreeTypeFont:
    """Return the lettering in a size (pixels; 25 are about as large as a phone's own text)."""
    return ImageFont.truetype(str(path or font().path), size)


@functools.lru_cache(REMEMBERED)
def _shape(path: Path, character: str) -> bytes:
    return bytes(lettering(SMALL, path).getmask(character))


def _candidates() -> Iterator[Path]:
    yield from _shipped()
    yield from _likely(_of_system())


def _shipped() -> Iterator[Path]:
    """Find the font without importing its package, which would change matplotlib's settings for everybody."""
    spec = importlib.util.find_spec(PACKAGE)
    for each in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(each) / SHIPPED).exists():
            yield path


def _of_system() -> list[str]:
    from matplotlib import font_manager  # noqa: PLC0415 — slow to import, and only where no font is shipped

    return font_manager.findSystemFonts()


def _likely(paths: Iterable[str]) -> list[Path]:
    ranked = [(rank, Path(path)) for path in sorted(paths) for rank in [_rank(path)] if rank < len(LIKELY)]
    return [path for _, path in sorted(ranked)]


def _rank(path: str) -> int:
    name = "".join(letter for letter in Path(path).stem.lower() if letter.isalnum())
    return next((rank for rank, part in enumerate(LIKELY) if part in name), len(LIKELY))


def _chinese(path: Path) -> Font | None:
    """Return the font of a file if it can be opened and has what the sample needs."""
    try:
        family, _ = lettering(SMALL, path).getname()
        found = Font(path, family or path.stem)
        return found if all(map(found.has, SAMPLE)) else None
    except (OSError, ValueError):
        return None
