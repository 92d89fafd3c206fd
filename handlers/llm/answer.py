"""An answer of the model as it comes: its words, what it cost, and whether it is whole."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any, TypeGuard

from openai import APIError, AsyncStream

from bot.config.settings import Settings
from bot.domain.encoding import mended
from bot.domain.errors import Apology, Discarded
from bot.domain.reply import Retraction
from bot.telemetry.metrics import Usage
from handlers.llm.chunk import Chunk, as_object, chunk_of
from handlers.llm.repetition import Repetition
from handlers.llm.thinking import Thinking

# After its last word an answer has only the count of its tokens to tell.
TAIL_SECONDS = 5.0
END = object()
HALVES = re.compile("[\ud800-\udfff]")
UNFINISHED = {
    "length": "chat.cut_short",
    "max_tokens": "chat.cut_short",
    "content_filter": "chat.filtered",
    "sensitive": "chat.filtered",
    "insufficient_system_resource": "chat.down",
    "error": "chat.broken",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many characters an answer may have, and in how many seconds it has to begin, to go on and to be done."""

    characters: int
    begins: float
    pauses: float
    lasts: float

    @staticmethod
    def of(settings: Settings, most: int) -> Bounds:
        """Return those that the owner has set, but room for `most` characters at least."""
        return Bounds(
            max(settings.openai_answer_characters, most),
            settings.openai_timeout,
            settings.openai_stall_timeout,
            settings.openai_answer_seconds,
        )


class Answer:
    """Iterates over the words of one stream, and over an empty text for each piece that is only thought.

    Raises:
        Apology: It stalled, broke off, was cut short or filtered, or nothing came at all.
        APIError: The endpoint reports an error in the stream, or the connection was lost.
        ValueError: What came is not what the API sends.
    """

    def __init__(self, stream: AsyncStream[object], thinking: Thinking, bounds: Bounds, started: float) -> None:
        self._stream = stream
        self._thinking = thinking
        self._bounds = bounds
        self._room = bounds.characters
        self._repetition = Repetition()
        self._started = started
        self._finish = ""
        self._over = False
        self._usage: dict[str, Any] = {}
        self._first_word: float | None = None
        self._first_thought: float | None = None
        self._half = ""

    def __aiter__(self) -> Answer:
        return self

    async def __anext__(self) -> str | Retraction:
        until = self._deadline()
        while (data := await self._next(until)) is not END:
            chunk = chunk_of(data)
            self._usage = chunk.usage or self._usage
            if self._repetition.goes_on(chunk.words + chunk.thought):
                raise Discarded("chat.repeating")
            words = self._spoken(chunk)
            alive = bool(words) or self._thinks(chunk)
            if chunk.finish:
                # What an endpoint ends with every piece has not ended.
                self._over = not (alive and self._finish)
                self._finish = chunk.finish
                until = min(until, time.monotonic() + TAIL_SECONDS)
            elif alive:
                self._over = False
            if alive:
                return words
        if rest := self._rest():
            return rest
        self._judge()
        raise StopAsyncIteration

    @property
    def first_word(self) -> float | None:
        """Seconds from the question to the first word; None before it."""
        return self._first_word

    @property
    def pondering(self) -> float:
        """Seconds since it began to think; 0 when it does not, or has said something."""
        if self._first_thought is None or self._first_word is not None:
            return 0.0
        return time.monotonic() - self._first_thought

    @property
    def usage(self) -> Usage | None:
        """The tokens as the endpoint counted them; None where it did not."""
        read, written = self._usage.get("prompt_tokens"), self._usage.get("completion_tokens")
        cached = as_object(self._usage.get("prompt_tokens_details")).get("cached_tokens")
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

    @property
    def _begun(self) -> bool:
        return self._first_word is not None or self._first_thought is not None

    def _deadline(self) -> float:
        """Return until when, on the monotonic clock, the next piece has to come: what says nothing is none."""
        if not self._begun:
            return self._started + min(self._bounds.begins, self._bounds.lasts)
        return min(time.monotonic() + self._bounds.pauses, self._started + self._bounds.lasts)

    async def _next(self, until: float) -> object:
        """Return the next chunk, or END."""
        if self._room < 0:
            raise Apology("chat.cut_short")
        try:
            async with asyncio.timeout(until - time.monotonic()):
                return await anext(self._stream, END)
        except (TimeoutError, APIError, ValueError) as error:
            if self._over:
                return END
            if isinstance(error, TimeoutError):
                raise self._silent() from None
            raise

    def _silent(self) -> Apology:
        if time.monotonic() - self._started >= self._bounds.lasts:
            return Apology("chat.too_slow", seconds=self._bounds.lasts)
        if self._begun:
            return Apology("chat.stalled", seconds=self._bounds.pauses)
        return Apology("chat.timeout", seconds=self._bounds.begins)

    def _spoken(self, chunk: Chunk) -> str | Retraction:
        """Return the words of a chunk without what is thought; half of a character waits for its other half."""
        text = self._half + chunk.words
        if HALVES.search(text):
            self._half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
            text = mended(text.removesuffix(self._half))
        return self._noted(self._thinking.take(text))

    def _rest(self) -> str | Retraction:
        """Return what has waited for more to come."""
        whole = self._finish not in UNFINISHED
        words = self._noted(self._thinking.take(mended(self._half)))
        self._half = ""
        return words or self._noted(self._thinking.rest(whole=whole))

    def _noted(self, words: str | Retraction) -> str | Retraction:
        """Note what is said, and cut it where there is no more room."""
        if isinstance(words, Retraction):
            self._first_word = None
            self._room = self._bounds.characters
            return Retraction(self._fitting(words.instead))
        return self._fitting(words)

    def _fitting(self, words: str) -> str:
        if self._first_word is None and words.strip():
            self._first_word = round(time.monotonic() - self._started, 3)
        room, self._room = self._room, self._room - len(words)
        return words[: max(room, 0)]

    def _thinks(self, chunk: Chunk) -> bool:
        thinks = bool(chunk.thought or (chunk.words and self._thinking.thinks))
        if thinks and self._first_thought is None:
            self._first_thought = time.monotonic()
        return thinks

    def _judge(self) -> None:
        """Raise an Apology unless the answer is whole."""
        if not self._finish:
            raise Apology("chat.broken")
        sorry = UNFINISHED.get(self._finish)
        if sorry == "chat.cut_short" and self._first_word is None and self._first_thought is not None:
            raise Apology("chat.only_thought")
        if sorry:
            raise Discarded(sorry) if sorry == "chat.filtered" else Apology(sorry)
        if self._first_word is None:
            raise Apology("chat.empty")


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and value >= 0
