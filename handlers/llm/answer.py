"""An answer of the model as it comes: its words, what it cost, and whether it is whole."""

from __future__ import annotations

import asyncio
import time
from typing import Any, TypeGuard

from openai import APIError, AsyncStream

from bot.domain.errors import Apology
from bot.telemetry.metrics import Usage

# After its last word an answer has only the count of its tokens to tell.
TAIL_SECONDS = 5.0
END = object()
UNFINISHED = {
    "length": "chat.cut_short",
    "max_tokens": "chat.cut_short",
    "content_filter": "chat.filtered",
    "sensitive": "chat.filtered",
    "insufficient_system_resource": "chat.down",
    "error": "chat.broken",
}


class Answer:
    """Iterates over the words of one stream.

    Raises:
        Apology: It stalled, broke off, was cut short or filtered, or nothing came at all.
        APIError: The endpoint reports an error in the stream, or the connection was lost.
        ValueError: What came is not what the API sends.
    """

    def __init__(self, stream: AsyncStream[object], *, stall: float, started: float) -> None:
        self._stream = stream
        self._stall = stall
        self._started = started
        self._finish = ""
        self._usage: dict[str, Any] = {}
        self._first_word: float | None = None

    def __aiter__(self) -> Answer:
        return self

    async def __anext__(self) -> str:
        while (chunk := await self._next()) is not END:
            if words := self._heard(chunk):
                return words
        self._judge()
        raise StopAsyncIteration

    @property
    def first_word(self) -> float | None:
        """Seconds from the question to the first word; None before it."""
        return self._first_word

    @property
    def usage(self) -> Usage | None:
        """The tokens as the endpoint counted them; None where it did not."""
        read, written = self._usage.get("prompt_tokens"), self._usage.get("completion_tokens")
        cached = _object(self._usage.get("prompt_tokens_details")).get("cached_tokens")
        if not _is_count(read) and not _is_count(written):
            return None
        return Usage(*(each if _is_count(each) else 0 for each in (read, written, cached)))

    @property
    def figures(self) -> dict[str, Any]:
        """Tokens as the endpoint counted them (None where it did not) and seconds since the question."""
        return {
            "prompt_tokens": self._usage.get("prompt_tokens"),
            "completion_tokens": self._usage.get("completion_tokens"),
            "first_word": self._first_word,
            "seconds": round(time.monotonic() - self._started, 3),
        }

    async def _next(self) -> object:
        """Return the next chunk, or END."""
        seconds = min(TAIL_SECONDS, self._stall) if self._finish else self._stall
        try:
            async with asyncio.timeout(seconds):
                return await anext(self._stream, END)
        except (TimeoutError, APIError, ValueError) as error:
            if self._finish:
                return END
            if isinstance(error, TimeoutError):
                raise Apology("chat.stalled", seconds=seconds) from None
            raise

    def _heard(self, chunk: object) -> str:
        """Take in a chunk (`chat.completion.chunk` of the API reference) and return its words.

        Nobody has checked it, and endpoints leave fields out or put null.
        """
        if not isinstance(chunk, dict):
            return ""
        self._usage = _object(chunk.get("usage")) or self._usage
        choices = chunk.get("choices")
        choice = _object(choices[0]) if isinstance(choices, list) and choices else {}
        self._finish = choice.get("finish_reason") or self._finish
        delta = _object(choice.get("delta"))
        words = delta.get("content") or delta.get("refusal")
        return self._spoken(words) if isinstance(words, str) else ""

    def _spoken(self, words: str) -> str:
        if self._first_word is None and words.strip():
            self._first_word = round(time.monotonic() - self._started, 3)
        return words

    def _judge(self) -> None:
        """Raise an Apology unless the answer is whole."""
        if not self._finish:
            raise Apology("chat.broken")
        if sorry := UNFINISHED.get(str(self._finish)):
            raise Apology(sorry)
        if self._first_word is None:
            raise Apology("chat.empty")


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and value >= 0


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
