"""What people said, read from files of any size: chat exports, JSON lines, plain lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import ijson

PEEK = 1 << 16
SAID_ON_DISCORD = ("Default", "Reply", "0", "19")


class ExportError(ValueError):
    """A file cannot be read. The message names it and says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something a person said in a chat, as a file has it."""

    user: str
    text: str
    chat: str = ""


class Export:
    """A file of what people said.

    It is a Telegram Desktop export (`result.json`, of one chat or of all), a DiscordChatExporter export (JSON), JSON
    lines or a JSON array of `{user, text}` (and `chan`), or one message a line.

    Attributes:
        format: `telegram`, `discord`, `array`, `lines` or `text`; known when the first line has been read.
        position: How many bytes have been read, of `size`.
        skipped: How many entries could not be understood; `first_skipped` says where the first is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.format = ""
        self.size = self.position = 0
        self.skipped = 0
        self.first_skipped = ""

    def __iter__(self) -> Iterator[Line]:
        """Yield what was said, in the file's order, without service messages, empty ones and those of known bots.

        Raises:
            ExportError: The file cannot be read, or is no JSON although it begins like it.
        """
        try:
            with self.path.open("rb") as file:
                self.size = self.path.stat().st_size
                self.format = _format(file.read(PEEK))
                file.seek(0)
                for line in self._reader()(file):
                    self.position = file.tell()
                    yield line
        except OSError as error:
            raise ExportError(f"{self.path}: {error.strerror}") from None
        except (ijson.JSONError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ExportError(f"{self.path}: not readable as JSON near byte {self.position}: {reason}") from None

    def _reader(self) -> Callable[[BinaryIO], Iterator[Line]]:
        return {"export": self._export, "array": self._array, "lines": self._lines, "text": self._text}[self.format]

    def _export(self, file: BinaryIO) -> Iterator[Line]:
        """Read the messages of a Telegram or Discord export wherever in it they stand, one at a time."""
        chat, builder, where = "", None, ""
        self.format = "telegram"
        for prefix, event, value in ijson.parse(file, use_float=True):
            if builder is not None:
                builder.event(event, value)
                if prefix == where and event == "end_map":
                    yield from self._said(builder.value, chat)
                    builder = None
            elif event == "start_map" and prefix.endswith("messages.item"):
                builder, where = ijson.ObjectBuilder(), prefix
                builder.event(event, value)
            elif event in ("string", "null") and prefix.rpartition(".")[2] == "name":
                chat, self.format = value or "", "discord" if prefix == "channel.name" else self.format

    def _said(self, message: Any, chat: str) -> Iterator[Line]:
        line = _discord(message, chat) if "author" in message else _telegram(message, chat)
        if line and line.text.strip():
            yield line

    def _array(self, file: BinaryIO) -> Iterator[Line]:
        for number, each in enumerate(ijson.items(file, "item", use_float=True), 1):
            yield from self._object(each, f"entry {number}")

    def _lines(self, file: BinaryIO) -> Iterator[Line]:
        for number, raw in enumerate(file, 1):
            if not raw.strip():
                continue
            try:
                value = json.loads(raw.decode("utf-8-sig", "replace"))
            except (ValueError, RecursionError):
                value = None
            yield from self._object(value, f"line {number}")

    def _object(self, value: Any, where: str) -> Iterator[Line]:
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str):
            self.skipped += 1
            self.first_skipped = self.first_skipped or where
        elif text.strip():
            chat = value.get("chan") or value.get("chat") or ""
            yield Line(str(value.get("user") or ""), text, str(chat))

    def _text(self, file: BinaryIO) -> Iterator[Line]:
        encoding = _encoding(file)
        for raw in file:
            text = raw.decode(encoding, "replace").strip("\r\n\ufeff")
            if text.strip():
                yield Line("", text)


def _format(head: bytes) -> str:
    """Tell the format of a file by its beginning; `export` stands for those of Telegram and Discord."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        return "array" if start[1:].lstrip()[:1] in (b"{", b"]") else "text"
    if not start.startswith(b"{"):
        return "text"
    try:
        first = json.loads(start.split(b"\n", 1)[0].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return "export"
    return "export" if "messages" in first or "chats" in first else "lines"


def _telegram(message: dict[str, Any], chat: str) -> Line | None:
    if message.get("type") != "message":
        return None
    user = message.get("from_id") or message.get("from") or ""
    return Line(str(user), _joined(message.get("text")), chat)


def _joined(text: Any) -> str:
    """Return Telegram's text: a string, or a list of strings and of parts with a text of their own."""
    if isinstance(text, list):
        return "".join(_joined(part.get("text") if isinstance(part, dict) else part) for part in text)
    return text if isinstance(text, str) else ""


def _discord(message: dict[str, Any], chat: str) -> Line | None:
    author = message["author"] if isinstance(message["author"], dict) else {}
    if str(message.get("type", "Default")) not in SAID_ON_DISCORD or author.get("isBot"):
        return None
    return Line(str(author.get("id") or author.get("name") or ""), _joined(message.get("content")), chat)


def _encoding(file: BinaryIO) -> str:
    """Return UTF-8, or GB18030 where the beginning of the file cannot be UTF-8 and can be that."""
    head = file.read(PEEK)
    file.seek(0)
    for encoding in ("utf-8", "gb18030"):
        try:
            head[: head.rfind(b"\n") + 1 or None].decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "utf-8"
