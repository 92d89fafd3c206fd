"""The card that every picture is on: opaque, so that it reads on dark and on light, and large enough for a phone."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image, ImageDraw

from bot.domain.reply import File
from handlers.pictures.font import font, lettering

PAPER, INK, BLUE = "#fbfaf6", "#22262b", "#3b6ea8"
WIDTH = 1080  # pixels, which a phone shows edge to edge
MARGIN, GAP = 26, 10
TITLE, HEADED = 35, 98  # the title's letters, and where what is below it begins
# Of zlib's levels the one beyond which a picture of plain areas gets hardly smaller, only slower.
COMPRESSION = 3


class Card:
    """A card with its title. Texts are placed by an anchor, as Pillow's: `lm` is the middle of the left edge."""

    def __init__(self, title: str, height: int) -> None:
        self.image = Image.new("RGB", (WIDTH, height), PAPER)
        self._draw = ImageDraw.Draw(self.image)
        self.write((MARGIN, HEADED // 2), fitted(title, TITLE, WIDTH - 2 * MARGIN), TITLE, "lm")

    def write(self, place: tuple[float, float], text: str, size: int, anchor: str, colour: str = INK) -> None:
        """Write a text that the font can draw."""
        self._draw.text(place, text, fill=colour, font=lettering(size), anchor=anchor)

    def fill(self, left: float, top: float, right: float, bottom: float, colour: str | tuple[int, int, int]) -> None:
        """Fill an area; the edges at the right and below are not part of it."""
        self._draw.rectangle((round(left), round(top), round(right) - 1, round(bottom) - 1), fill=colour)

    def file(self, name: str) -> File:
        """Return the card as a file of an answer."""
        return png(self.image, name)


def width(text: str, size: int) -> float:
    """Return how wide a text is, in pixels."""
    return lettering(size).getlength(text)


def widest(texts: Iterable[str], size: int) -> float:
    """Return how wide the widest of some texts is."""
    return max((width(each, size) for each in texts), default=0.0)


def fitted(text: str, size: int, room: float) -> str:
    """Return a text as the font can draw it, cut short where it is wider than its room."""
    text = font().drawable(text)
    if width(text, size) <= room:
        return text
    while text and width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text}…"


def png(image: Image.Image, name: str) -> File:
    """Return an image as a file of an answer."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=COMPRESSION)
    return File(f"{name}.png", buffer.getvalue(), "image/png")
