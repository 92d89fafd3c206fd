"""Work on a text that may take long: in a thread, with a word about it after two seconds; and long results."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from bot.domain.message import Message
from bot.domain.reply import File, Notice, Reply, Source
from bot.services import Services

PATIENCE = 2.0
SHOWN = 3000
# Characters up to which work is short: a person's message.
SHORT = 5_000


@dataclass(frozen=True, slots=True)
class Result:
    """What a command found: a text, and perhaps files."""

    text: str
    files: tuple[File, ...] = field(default=())
    markdown: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Job:
    """Work that waits. First comes that of who has least of it under way, then the shorter, then the earlier."""

    rank: tuple[int, int, int]
    work: Callable[[], Result] | None = field(compare=False)
    ended: Future[Result] = field(compare=False, default_factory=Future)


class Lane:
    """A thread that does one job after the other."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.PriorityQueue[Job] = queue.PriorityQueue()
        self._thread = threading.Thread(target=self._run, name=f"labour, {name}")
        self._thread.start()

    def put(self, job: Job) -> None:
        """Let a job be done when its turn has come, unless it is cancelled before."""
        self._jobs.put(job)

    def end(self) -> None:
        """Let nothing more be begun."""
        self._jobs.put(Job((-1, 0, 0), None))

    def wait(self) -> None:
        """Wait for the job under way; what waits for its turn is cancelled."""
        self._thread.join()
        while not self._jobs.empty():
            self._jobs.get().ended.cancel()

    def _run(self) -> None:
        while self._next():
            pass

    def _next(self) -> bool:
        job = self._jobs.get()
        if job.work and job.ended.set_running_or_notify_cancel():
            try:
                job.ended.set_result(job.work())
            except BaseException as error:  # noqa: BLE001 — whoever waits for it raises it
                job.ended.set_exception(error)
        return job.work is not None


class Labour:
    """Threads for work on texts: one for what is short, which never waits for what is long, and one for that."""

    def __init__(self, services: Services) -> None:
        self._short, self._long = Lane("short"), Lane("long")
        self._numbers = itertools.count()
        self._under_way: Counter[str] = Counter()
        services.closing.push_async_callback(self._close)

    def do(self, work: Callable[[], Result], size: int, person: str) -> asyncio.Future[Result]:
        """Begin work on so many characters when its turn has come; whoever cancels what is returned takes it back."""
        job = Job((self._under_way[person], size, next(self._numbers)), work)
        self._under_way[person] += 1
        doing = asyncio.wrap_future(job.ended)
        doing.add_done_callback(lambda _: self._done(person))
        (self._long if size > SHORT else self._short).put(job)
        return doing

    def _done(self, person: str) -> None:
        self._under_way[person] -= 1
        if not self._under_way[person]:
            del self._under_way[person]

    async def _close(self) -> None:
        lanes = self._short, self._long
        for lane in lanes:
            lane.end()
        await asyncio.gather(*(asyncio.to_thread(lane.wait) for lane in lanes))


async def labour(
    message: Message,
    services: Services,
    name: str,
    work: Callable[[], Result],
    *,
    size: int = 0,
    markdown: bool = False,
) -> Reply:
    """Return the reply with what the work on so many characters gives, which is done in a thread.

    After two seconds the person is told that it takes long; `markdown` says what the text will be then.
    """
    doing = services.once(Labour).do(work, size, f"{message.platform}:{message.sender.id}")
    # Whoever stops waiting does not want to hear how it ended.
    doing.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    try:
        await asyncio.wait({doing}, timeout=PATIENCE)
    except asyncio.CancelledError:
        doing.cancel()
        raise
    if not doing.done():
        notice = Notice(services.say(message, "language.working"))
        return Reply(Source("command", name), words=_later(doing, notice), markdown=markdown, remember=False)
    result = await doing
    source = Source("command", name)
    return Reply(source, result.text, files=result.files, markdown=markdown or result.markdown, remember=False)


async def _later(doing: asyncio.Future[Result], notice: Notice) -> AsyncIterator[str | Notice | File]:
    yield notice
    result = await doing
    yield result.text
    for file in result.files:
        yield file


def shortened(message: Message, services: Services, text: str, name: str) -> Result:
    """Return a text as it is, or, where it is long, its beginning, how much is left out, and all of it in a file."""
    if len(text) <= SHOWN:
        return Result(text)
    left = services.say(message, "language.left_out", characters=len(text) - SHOWN, name=name)
    file = File(name, text.encode("utf-8", "replace"), "text/plain; charset=utf-8")
    return Result(f"{text[:SHOWN]}…\n\n{left}", (file,))
