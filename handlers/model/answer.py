"""An answer of the model as it comes: its words, what it cost, and whether it is whole."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from openai import APIError, AsyncStream
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk

from bot.contract import Apology

# After its last word an answer has only the count of its tokens to tell.
TAIL_SECONDS = 5.0
UNFINISHED = {
    "length": "chat.cut_short",
    "max_tokens": "chat.cut_short",
    "content_filter": "chat.filtered",
    "sensitive": "chat.filtered",
}


class Answer:
    """Iterates over the words of one stream.

    Raises:
        Apology: It stalled, broke off, was cut short or filtered, or nothing came at all.
        APIError: The endpoint reports an error in the stream, or the connection was lost.
        ValueError: What came is not what the API sends.
    """

    def __init__(self, stream: AsyncStream[ChatCompletionChunk], *, stall: float, started: float) -> None:
        self._stream = stream
        self._stall = stall
        self._started = started
        self._finish = ""
        self._usage: CompletionUsage | None = None
        self._first_word: float | None = None

    def __aiter__(self) -> Answer:
        return self

    async def __anext__(self) -> str:
        while (chunk := await self._next()) is not None:
            if words := self._heard(chunk):
                return words
        self._judge()
        raise StopAsyncIteration

    @property
    def figures(self) -> dict[str, Any]:
        """Tokens as the endpoint counted them (None where it did not) and seconds since the question."""
        return {
            "prompt_tokens": self._usage and self._usage.prompt_tokens,
            "completion_tokens": self._usage and self._usage.completion_tokens,
            "first_word": self._first_word,
            "seconds": round(time.monotonic() - self._started, 3),
        }

    async def _next(self) -> ChatCompletionChunk | None:
        seconds = min(TAIL_SECONDS, self._stall) if self._finish else self._stall
        try:
            async with asyncio.timeout(seconds):
                return await anext(self._stream, None)
        except (TimeoutError, APIError, ValueError) as error:
            if self._finish:
                return None
            if isinstance(error, TimeoutError):
                raise Apology("chat.stalled", seconds=seconds) from None
            raise

    def _heard(self, chunk: ChatCompletionChunk) -> str:
        """Take in a chunk and return its words. The client checks no types, and endpoints leave fields out."""
        self._usage = getattr(chunk, "usage", None) or self._usage
        for choice in getattr(chunk, "choices", None) or ():
            self._finish = getattr(choice, "finish_reason", None) or self._finish
            delta = getattr(choice, "delta", None)
            words = getattr(delta, "content", None) or getattr(delta, "refusal", None)
            if isinstance(words, str):
                return self._spoken(words)
        return ""

    def _spoken(self, words: str) -> str:
        if self._first_word is None and words.strip():
            self._first_word = round(time.monotonic() - self._started, 3)
        return words

    def _judge(self) -> None:
        """Raise an Apology unless the answer is whole."""
        if not self._finish:
            raise Apology("chat.broken")
        if self._finish in UNFINISHED:
            raise Apology(UNFINISHED[self._finish])
        if self._first_word is None:
            raise Apology("chat.empty")
