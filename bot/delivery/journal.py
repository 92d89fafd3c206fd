"""An outlet that notes what it draws: after a sudden end nobody begins an answer anew that a person has seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.contract import Outlet, Page, Promising, Rate
from bot.domain.errors import Gone, RetryAfter, Superseded
from bot.domain.leave import Leave
from bot.domain.message import Conversation
from bot.queue.letters import Drawn, Letter
from bot.queue.mailbox import Mailbox

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class JournaledOutlet:
    """Writes through to an outlet: before each request it asks whether the answer is still this process's to give.

    The first time that notes that the answer begins; after each write it notes what is drawn.

    Attributes:
        late: Whether it is too late to begin an answer, or to go on trying where the platform takes none.
        begun: Something of the answer may be seen, and not only a notice that stands in for it.
        over: Its last page stands.
    """

    outlet: Outlet
    mailbox: Mailbox
    where: Conversation
    letter: Letter
    late: Callable[[], bool] = lambda: False
    begun: bool = field(init=False)
    over: bool = field(init=False, default=False)
    _leave: Leave = field(init=False)

    def __post_init__(self) -> None:
        self._leave = Leave(self._ask)
        self.begun = self.letter.begun

    @property
    def gate(self) -> str:
        """The outlet's."""
        return self.outlet.gate

    @property
    def rate(self) -> Rate:
        """The outlet's."""
        return self.outlet.rate

    @property
    def limit(self) -> int:
        """The outlet's."""
        return self.outlet.limit

    @property
    def pace(self) -> float:
        """The outlet's."""
        return self.outlet.pace

    def length(self, text: str) -> int:
        """Return the outlet's length of a text."""
        return self.outlet.length(text)

    async def typing(self) -> None:
        """Show that an answer is being made."""
        await self.outlet.typing()

    async def write(self, page: Page) -> str:
        """Draw a page. Raises `Superseded` where another process answers now, and what the outlet raises."""
        if not self.begun:
            self._in_time()
        await self._leave.renew()
        written = await self._written(page)
        self.over = page.final and page.last
        if written and not page.last:  # The last page is noted by the end of the turn itself, a moment later.
            await self.mailbox.note(self.where, page.number, Drawn(written, page.text))
        return written

    async def adopt(self, number: int, written: str) -> None:
        """Take a page as drawn already."""
        await self.outlet.adopt(number, written)

    async def done(self) -> None:
        """The turn is over. Raises `Superseded` where an answer is promised that another process gives now."""
        if isinstance(self.outlet, Promising) and self.outlet.promised:
            await self._leave.renew()
        with self._leave.applied():
            await self.outlet.done()

    async def _written(self, page: Page) -> str:
        """Write, and know afterwards whether anything stands there; cancelled meanwhile, it may."""
        before, self.begun = self.begun, self.begun or not page.notice
        try:
            with self._leave.applied():
                return await self.outlet.write(page)
        except RetryAfter as error:
            self.begun = before or error.doubtful
            self._in_time()
            if not self.begun:
                await self._unwritten()
            raise

    async def _unwritten(self) -> None:
        """Let nobody think, after a sudden end, that the answer may have been sent; leave is asked for anew."""
        await self.mailbox.put_back(self.where, self.letter, begun=False)
        self._leave = Leave(self._ask)

    def _in_time(self) -> None:
        if self.late():
            log.warning("too late to answer: the chat could not be written to", conversation=self.where.hash)
            raise Gone

    async def _ask(self) -> None:
        if not await self.mailbox.begin(self.where, self.letter):
            raise Superseded
