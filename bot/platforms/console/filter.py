"""The terminal without a person at it: lines in, answers out, in their order."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator
from typing import Any, BinaryIO, Protocol

from bot.platforms.console.clean import clean, clean_json
from bot.platforms.console.sheet import Sheet

CHUNK = 1 << 16


class Raw(Protocol):
    """Unbuffered input: a pipe, a file, or a terminal that nobody edits lines in."""

    def read(self, size: int, /) -> bytes | None:
        """Return what is there, at most `size` bytes; nothing at the end."""
        ...


async def read_lines(source: Raw) -> AsyncGenerator[str, None]:
    """Yield the lines of an input as they come, decoded as UTF-8 whatever they are.

    A thread of its own reads, one piece ahead: no file can be waited for by the event loop, and a thread that waits for
    a person must not hold up the end of the process.
    """
    pieces: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1)
    loop = asyncio.get_running_loop()
    threading.Thread(target=_pump, args=(source, pieces, loop), daemon=True, name="console input").start()
    rest = bytearray()
    while piece := await pieces.get():
        *ends, rest_of_piece = piece.split(b"\n")
        for end in ends:
            yield (bytes(rest) + end).decode("utf-8", "replace")
            rest.clear()
        rest += rest_of_piece
    if rest:
        yield rest.decode("utf-8", "replace")


def _pump(source: Raw, pieces: asyncio.Queue[bytes], loop: asyncio.AbstractEventLoop) -> None:
    piece: bytes | None = b"?"
    while piece:
        try:
            piece = source.read(CHUNK)
        except OSError:
            piece = b""
        hand_over = pieces.put(piece or b"")
        try:
            asyncio.run_coroutine_threadsafe(hand_over, loop).result()
        except (RuntimeError, asyncio.CancelledError, TimeoutError):
            hand_over.close()
            return


class FilterDesk:
    """An input that nobody sits at."""

    def __init__(self, source: Raw) -> None:
        self._source = source

    def lines(self) -> AsyncGenerator[str, None]:
        """Return the lines of the input."""
        return read_lines(self._source)

    async def watch(self, attention: asyncio.Event) -> None:
        """Wait for the answer: nobody can ask for anything meanwhile."""
        await attention.wait()


class PlainScreen:
    """Prints the text of each answer, with its choices numbered below it."""

    pace = 1.0

    def __init__(self, output: BinaryIO) -> None:
        self._output = output

    def draw(self, sheet: Sheet) -> None:
        """Draw nothing yet: only whole answers are printed."""

    def finish(self, sheet: Sheet) -> None:
        """Print the answer; of a line that nobody answers, nothing."""
        last = sheet.last
        if last is None:
            return
        lines = [sheet.text, *numbered(sheet), *(f"[{each.name}, {len(each.content):,} B]" for each in last.files)]
        _write(self._output, clean("\n".join(lines)))


class JsonScreen:
    """Prints one object for each line that says something, answered or not (then the source's kind is `none`)."""

    pace = 1.0

    def __init__(self, output: BinaryIO) -> None:
        self._output = output

    def draw(self, sheet: Sheet) -> None:
        """Draw nothing yet: only whole answers are printed."""

    def finish(self, sheet: Sheet) -> None:
        """Print the object of the answer."""
        _write(self._output, clean_json(json.dumps(as_object(sheet), ensure_ascii=False)))


def as_object(sheet: Sheet) -> dict[str, Any]:
    """Return an answer as what `--json` prints: `text`, `source`, `choices` (their labels), `milliseconds`."""
    last = sheet.last
    source = last.source if last else None
    return {
        "text": sheet.text,
        "source": {
            "kind": source.kind if source else "none",
            "id": source.id if source else "",
            "confidence": source.confidence if source else None,
        },
        "choices": [each.label for each in last.choices] if last else [],
        "milliseconds": round(sheet.milliseconds, 3),
    }


def numbered(sheet: Sheet) -> list[str]:
    """Return the lines of an answer's choices."""
    choices = sheet.last.choices if sheet.last else ()
    return [f"{number}. {choice.label}" for number, choice in enumerate(choices, 1)]


def _write(output: BinaryIO, text: str) -> None:
    output.write(text.encode("utf-8", "replace") + b"\n")
    output.flush()
