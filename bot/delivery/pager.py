"""One answer as far as it is drawn: which page is growing, and what has been written of it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.contract import Outlet, Page
from bot.delivery.paging import Cut, Place, open_fence, page_at
from bot.delivery.rate_limiter import ChatRateLimiter
from bot.domain.errors import FilesRefused, Gone, RetryAfter, Superseded, UndeliverableError
from bot.domain.reply import File, Reply
from bot.telemetry.metrics import WriteMetrics

log = structlog.get_logger(__name__)

# What stands in place of what was taken back.
STRUCK = "…"


class Pager:
    """Draws one reply's text, page by page. Not for two tasks at once.

    Attributes:
        number: The page that grows.
        first: When (on the monotonic clock) the first words of the answer could be read; None before that.
    """

    def __init__(self, reply: Reply, outlet: Outlet, gate: ChatRateLimiter, metrics: WriteMetrics) -> None:
        self._reply = reply
        self._outlet = outlet
        self._gate = gate
        self._metrics = metrics
        self.first: float | None = None
        self._place = Place()
        self.number = 0
        self._struck = 0
        self._drawn = ""
        self._complained = False
        self._ids: dict[int, str] = {}
        self._stopped = False

    @property
    def ids(self) -> tuple[str, ...]:
        """The platform's ids of the pages, in their order."""
        return tuple(dict.fromkeys(each for _, each in sorted(self._ids.items()) if each))

    @property
    def offset(self) -> int:
        """Where in the text the page begins that grows."""
        return self._place.offset

    @property
    def begun(self) -> bool:
        """Whether anything can be seen of it."""
        return bool(self._drawn or self.number)

    def attach(self, files: tuple[File, ...]) -> Reply:
        """Take files that came with the words; they are sent with the reply's own. Return the reply as it is now."""
        self._reply = replace(self._reply, files=(*self._reply.files, *files))
        return self._reply

    def detach(self) -> None:
        """Leave out what cannot be sent here: the files."""
        self._reply = replace(self._reply, files=())

    def begin_anew(self) -> None:
        """Let the answer begin on the page that grows; those before it are struck when all is written."""
        self._struck = self.number
        self._place = Place()

    def stop(self) -> None:
        """Write no page after the one that is being written."""
        self._stopped = True

    def begun_of(self, text: str) -> str:
        """Return a text as far as the page goes that is being drawn: what was pulled beyond was never shown."""
        return text[: self._cut(text).stop]

    async def stand_in(self, text: str) -> bool:
        """Show words that the first page of the answer will replace. Return whether they were written."""
        return await self._redraw(
            page_at(text, Place(), self._outlet.limit, self._outlet.length, fences=False).page(text), words=False
        )

    async def grow(self, text: str) -> bool:
        """Draw one step of a growing text: a page that is full is finished, otherwise the growing one is redrawn.

        Return whether the text is drawn as it stands; otherwise there is more to draw.
        """
        cut = self._cut(text)
        if cut.after is None or not self._cut(text, cut.after).page(text):
            page = cut.page(text)
            return page in ("", self._drawn) or await self._redraw(page)
        await self._finish(self._page(cut.page(text)))
        self._turn(cut.after)
        return False

    async def finish(self, text: str, *, whole: bool = True) -> None:
        """Write what is not yet final of a text, and with its last page the reply's choices and files (when whole)."""
        for number in range(self._struck):
            await self._finish(replace(self._page(STRUCK), number=number))
        cut = self._cut(text)
        while cut.after is not None and (following := self._cut(text, cut.after)).page(text):
            await self._finish(self._page(cut.page(text)))
            if self._stopped:
                return
            self._turn(cut.after)
            cut = following
        last = replace(self._page(cut.page(text)), last=True)
        await self._finish(replace(last, choices=self._reply.choices, files=self._reply.files) if whole else last)

    async def instead(self, text: str) -> None:
        """Write a few words in place of the page that is being drawn, and nothing after it."""
        await self._finish(replace(self._page(text), last=True))

    def closed(self, text: str) -> str:
        """Return the text with no code block left open, so that another paragraph can follow."""
        fence = open_fence(text) if self._reply.markdown else None
        return text.rstrip() + (fence.closing if fence else "")

    def _cut(self, text: str, place: Place | None = None) -> Cut:
        fences = self._reply.markdown
        return page_at(text, place or self._place, self._outlet.limit, self._outlet.length, fences=fences)

    def _page(self, text: str) -> Page:
        return Page(self.number, text, final=True, source=self._reply.source, markdown=self._reply.markdown)

    def _turn(self, after: Place) -> None:
        self._place, self.number, self._drawn = after, self.number + 1, ""

    async def _redraw(self, text: str, *, words: bool = True) -> bool:
        """Draw a page that is still growing; a failure costs this redraw only. False: try it again."""
        page = Page(self.number, text, final=False, source=self._reply.source, notice=not words)
        try:
            written = await self._gate.redraw(self._draw(page), spare=1 if self.begun else 0)
        except (Gone, Superseded):
            raise
        except Exception as error:  # noqa: BLE001 — whatever a platform raises, the answer goes on
            self._complain(error)
            return True
        if written is None:
            return False
        self._drawn = text
        self._note_words(words=words)
        self._ids[page.number] = written or self._ids.get(page.number, "")
        return True

    async def _finish(self, page: Page) -> None:
        """Write a page for good; once more where that fails."""
        try:
            written = await self._gate.write(self._draw(page, waits=True))
        except (Gone, Superseded, FilesRefused, UndeliverableError):
            raise
        except Exception as error:  # noqa: BLE001 — the second failure is raised
            self._complain(error)
            written = await self._gate.write(self._draw(page, waits=True))
        self._note_words()
        self._ids[page.number] = written or self._ids.get(page.number, "")

    def _draw(self, page: Page, *, waits: bool = False) -> Callable[[], Awaitable[str]]:
        """Return what the gate is given to do: write a page, and tell the metrics how long it `waits` for the gate."""
        asked = time.monotonic()

        async def draw() -> str:
            waited = time.monotonic() - asked
            try:
                written = await self._outlet.write(page)
            except RetryAfter as error:
                self._metrics.silences.labels(error.reason).inc()
                raise
            if waits:
                self._metrics.wait.observe(waited)
            return written

        return draw

    def _note_words(self, *, words: bool = True) -> None:
        if words and self.first is None:
            self.first = time.monotonic()

    def _complain(self, error: Exception) -> None:
        if not self._complained:
            log.warning("a page could not be drawn", error=type(error).__name__)
        self._complained = True
