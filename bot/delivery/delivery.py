"""A reply into a chat: known text at once, growing text as it grows, the last state exactly once. Start at `show`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import structlog

from bot.config.catalogue import Catalogue
from bot.contract import Outlet, Rate
from bot.delivery.pager import Pager
from bot.delivery.quota import SharedTokenBucket
from bot.delivery.rate_limiter import RateLimiters
from bot.delivery.stream import StreamBuffer, Words, drain, draw, show_typing
from bot.domain.concurrency import outcome
from bot.domain.errors import Apology, Discarded, FilesRefused, Gone, UndeliverableError
from bot.domain.reply import Reply
from bot.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

# Seconds that a cancelled turn has to write its last state in.
FAREWELL = 5.0
# What is not drawn is not pulled: no further than so many pages.
PAGES_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person has seen.

    Attributes:
        text: All that was shown, a closing sentence included.
        ids: The platform's ids of its pages.
        whole: Whether it is the whole answer.
        first: When, on the monotonic clock, its first words could be read.
        unfinished: What was shown of an answer that broke off, without a closing sentence, where it may be built upon.
    """

    text: str
    ids: tuple[str, ...] = ()
    whole: bool = False
    first: float | None = field(default=None, compare=False)
    unfinished: str = field(default="", compare=False)


class Stopped(asyncio.CancelledError):
    """The turn was cancelled while its answer was `shown`."""

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self.shown = shown


@dataclass(frozen=True, slots=True)
class Ending:
    """How the words ended: the sentence to say after them, and what is to be raised when it has been said."""

    sentence: str = ""
    error: BaseException | None = None


class Delivery:
    """Shows replies, through one gate per chat."""

    def __init__(
        self,
        texts: Catalogue,
        clock: Callable[[], float] = time.monotonic,
        quota: SharedTokenBucket | None = None,
        metrics: Metrics | None = None,
        overall: Mapping[str, Rate] = MappingProxyType({}),
    ) -> None:
        self._texts = texts
        self._metrics = metrics or Metrics()
        self._gates = RateLimiters(clock, quota, overall)

    async def show(
        self, reply: Reply, outlet: Outlet, language: str, parting: Callable[[bool], str] = lambda _: "core.stopped"
    ) -> Shown:
        """Draw a reply, and return what was shown. A broken-off, empty or undeliverable answer is not `whole`.

        Raises:
            Stopped: The turn was cancelled; what had come has been written, and a word about it: `parting` says which,
                by whether any words of the answer can be seen.
            CancelledError: It said none, and nothing more was written.
            Exception: What `reply.words` raised (but `Apology`), or the outlet on a final page, twice.
        """
        growth = StreamBuffer(reply.text)
        with self._gates.through(outlet.gate, outlet.rate) as gate:
            drawing = Pager(reply, outlet, gate, self._metrics.writes)
            try:
                if reply.words is None:
                    return await _finish(drawing, reply, growth.text)
                ahead = PAGES_AHEAD * outlet.limit
                puller = self._pull(reply.words, growth, language, ahead, yielding=not outlet.pace)
                ending = await _together(
                    puller, draw(growth, drawing, outlet.pace), show_typing(growth, outlet, gate), growth
                )
                growth.redrawn(drawing)
                if isinstance(ending.error, asyncio.CancelledError):
                    key = parting(drawing.first is not None)
                    if not key:
                        raise ending.error
                    ending = Ending(self._texts.say(language, key), ending.error)
                return await self._end(drawing, reply, growth, ending, language)
            except FilesRefused as refused:
                log.info("a chat takes no files", reason=str(refused))
                drawing.detach()
                sentence = self._texts.say(language, "core.no_files")
                await _settle(drawing, "\n\n".join(filter(None, (growth.text.rstrip(), sentence))))
                return Shown(growth.text, drawing.ids, whole=True, first=drawing.first)
            except UndeliverableError as error:
                log.warning("a page is given up: its platform fails at it", failures=str(error))
                return await self._given_up(drawing, language)
            except Gone:
                log.info("a chat cannot be written to any more")
                return Shown(growth.text, drawing.ids, first=drawing.first)

    async def _given_up(self, drawing: Pager, language: str) -> Shown:
        """Say in place of a page that it could not be sent, if that much can be."""
        sentence = self._texts.say(language, "core.undeliverable")
        with suppress(UndeliverableError):
            await drawing.instead(sentence)
        return Shown(sentence, drawing.ids, first=drawing.first)

    async def _pull(self, words: Words, growth: StreamBuffer, language: str, ahead: int, *, yielding: bool) -> Ending:
        """Let the text grow by the words, and return how they ended."""
        try:
            await drain(words, growth, ahead, yielding=yielding)
        except Apology as apology:
            self._metrics.turns.failed(apology.key)
            reason = self._texts.say(language, apology.key, **apology.values)
            started = bool(growth.text.strip())
            return Ending(self._texts.say(language, "core.broken_off", reason=reason) if started else reason, apology)
        except asyncio.CancelledError as cancelled:
            return Ending(error=cancelled)  # raised again when the person has been told
        except Exception as bug:  # noqa: BLE001 — raised again by `_end`, as soon as the person has been told
            return Ending(self._texts.say(language, "core.bug"), bug)
        return Ending()

    async def _end(self, drawing: Pager, reply: Reply, growth: StreamBuffer, ending: Ending, language: str) -> Shown:
        """Write the last state, and raise what ended the words unless it was an apology."""
        if ending.error is None:
            reply = drawing.attach(growth.files)
            # Nothing came after a notice was shown: it must not stand there as if something would.
            unanswered = drawing.begun and not growth.text.strip()
            sentence = self._texts.say(language, "core.unknown") if unanswered else ""
            return await _finish(drawing, reply, sentence or growth.text, whole=not sentence)
        said = drawing.begun_of(growth.text) if isinstance(ending.error, asyncio.CancelledError) else growth.text
        text = "\n\n".join(filter(str.strip, (drawing.closed(said), ending.sentence)))
        if isinstance(ending.error, Apology):
            shown = await _finish(drawing, reply, text, whole=False)
            return shown if isinstance(ending.error, Discarded) else replace(shown, unfinished=said.strip())
        try:
            if text:
                await _settle(drawing, text, whole=False, patience=FAREWELL)
        except Exception as error:  # noqa: BLE001 — what ended the words is more important, and raised below
            log.warning("the last words could not be written", error=type(error).__name__)
        if isinstance(ending.error, asyncio.CancelledError):
            raise Stopped(Shown(text, drawing.ids, unfinished=said.strip(), first=drawing.first))
        raise ending.error


async def _together(
    pulling: Coroutine[Any, Any, Ending],
    drawing: Coroutine[Any, Any, Exception | None],
    typing: Coroutine[Any, Any, None],
    growth: StreamBuffer,
) -> Ending:
    """Pull and draw at the same time until the words end, whichever way. Raises what drawing ended by.

    A cancellation reaches the pulling only, so that no write is torn in two; the ending returned then bears it.
    """
    async with asyncio.TaskGroup() as group:
        puller, drawer, typist = group.create_task(pulling), group.create_task(drawing), group.create_task(typing)
        cancelled = await _waited({puller, drawer}, first=True)
        puller.cancel()
        cancelled = await _waited({puller}) or cancelled
        growth.end()
        cancelled = await _waited({drawer}, patience=FAREWELL if cancelled else None) or cancelled
        if cancelled:
            await _waited({drawer}, patience=FAREWELL)
        drawer.cancel()
        typist.cancel()
    if not drawer.cancelled() and (failure := drawer.result()) and not cancelled:
        raise failure
    # Cancelled before it began, the puller has nothing to say.
    ending = Ending() if puller.cancelled() else puller.result()
    return Ending(ending.sentence, cancelled) if cancelled else ending


async def _finish(drawing: Pager, reply: Reply, text: str, *, whole: bool = True) -> Shown:
    if not text.strip() and not (reply.choices or reply.files):
        return Shown("")
    await _settle(drawing, text, whole=whole)
    return Shown(text, drawing.ids, whole, drawing.first)


async def _settle(drawing: Pager, text: str, *, whole: bool = True, patience: float | None = None) -> None:
    """Write the last state within `patience` seconds.

    A cancellation meanwhile waits a little for the page that is being written, and is then raised.

    Raises:
        TimeoutError: It was not written in time.
        Exception: Whatever the writing raised.
    """
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(outcome(drawing.finish(text, whole=whole)))
        cancelled = await _waited({writer}, patience=patience)
        if cancelled:
            drawing.stop()
            await _waited({writer}, patience=FAREWELL)
        writer.cancel()
    if cancelled:
        raise cancelled
    if writer.cancelled():
        raise TimeoutError
    if failure := writer.result():
        raise failure


async def _waited(
    tasks: set[asyncio.Task[Any]], *, first: bool = False, patience: float | None = None
) -> asyncio.CancelledError | None:
    """Wait for tasks (or the first of them). A cancellation ends the waiting and is returned, to be raised later."""
    when = asyncio.FIRST_COMPLETED if first else asyncio.ALL_COMPLETED
    try:
        await asyncio.wait(tasks, timeout=patience, return_when=when)
    except asyncio.CancelledError as cancelled:
        return cancelled
    return None
