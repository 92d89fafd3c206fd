"""A corpus as sentences of words: texts, gzipped ones, and chat exports."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.domain.exports import Export, ExportError
from handlers.content.decoding import encoding_of
from handlers.language.statistics.terms import sentences

GZIP = b"\x1f\x8b"
PEEK = 1 << 16
# What the reader of exports and lines tells apart by itself.
READ = ("utf-8", "utf-8-sig", "gb18030")


class CorpusError(ValueError):
    """A corpus is refused. The message names the file and says what is wrong in one sentence."""


def write_sentences(paths: list[Path], to: Path, read: Callable[[float], None]) -> int:
    """Write the sentences of all files to one, a line each, words between spaces. Return how many.

    `read` is told again and again which share of the bytes has been read, 0 to 1.

    Raises:
        CorpusError: A file is no text, cannot be read, or there are no words in any.
    """
    count = 0
    with to.open("w", encoding="utf-8", errors="replace") as file:
        for number, path in enumerate(paths):
            for sentence, share in _sentences(path):
                # Words with spaces in them would be several to whoever reads the file.
                file.write(" ".join("".join(word.split()) for word in sentence) + "\n")
                count += 1
                read((number + share) / len(paths))
    if not count:
        raise CorpusError(f"{paths[0]}: there are no words in it.")
    return count


def _sentences(path: Path) -> Iterator[tuple[list[str], float]]:
    with _opened(path) as plain:
        export = Export(plain)
        try:
            for line in export:
                for sentence in sentences(line.text):
                    yield sentence, export.position / export.size
        except ExportError as error:
            raise CorpusError(str(error).replace(str(plain), str(path))) from None


@contextmanager
def _opened(path: Path) -> Iterator[Path]:
    """Give a file that is text: this one, or what was packed in it."""
    try:
        with path.open("rb") as file:
            head = file.read(PEEK)
        packed = head.startswith(GZIP)
        encoding = "" if packed else _encoding(path, head)
        if encoding in READ:
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="yingda-") as directory:
            plain = Path(directory) / "corpus"
            if packed:
                _unpack(path, plain)
                with plain.open("rb") as file:
                    encoding = _encoding(path, file.read(PEEK))
            yield plain if encoding in READ else _in_utf_8(plain if packed else path, encoding, Path(directory, "utf8"))
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise CorpusError(f"{path}: cannot be read ({reason}).") from None


def _unpack(path: Path, to: Path) -> None:
    with gzip.open(path) as packed, to.open("wb") as file:
        shutil.copyfileobj(packed, file)


def _in_utf_8(path: Path, encoding: str, to: Path) -> Path:
    with path.open(encoding=encoding, errors="replace") as file, to.open("w", encoding="utf-8") as copy:
        shutil.copyfileobj(file, copy)
    return to


def _encoding(path: Path, head: bytes) -> str:
    """Refuse what is no text: a picture, say, or a program. The last sign of the beginning may be cut in two."""
    whole = head if len(head) < PEEK else head[: head.rfind(b"\n") + 1] or head
    beginnings = (whole[: len(whole) - cut] for cut in range(0 if b"\0" in head else 4))
    found = next(filter(None, map(encoding_of, beginnings)), None)
    if found is None:
        raise CorpusError(f"{path}: this is not text; save it as plain text in UTF-8, or as a chat export in JSON.")
    return found
