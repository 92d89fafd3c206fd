"""Work on a text that may take long: in a thread, with a word about it after two seconds; and long results."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from bot.model import File, Message, Notice, Reply, Source
from bot.services import Services

PATIENCE = 2.0
SHOWN = 3000


@dataclass(frozen=True, slots=True)
class Result:
    """What a command found: a text, and perhaps files."""

    text: str
    files: tuple[File, ...] = field(default=())
    markdown: bool = False


async def labour(
    message: Message, services: Services, name: str, work: Callable[[], Result], *, markdown: bool = False
) -> Reply:
    """Return the reply with what the work gives, which is done in a thread.

    After two seconds the person is told that it takes long; `markdown` says what the text will be then.
    """
    doing = asyncio.get_running_loop().run_in_executor(None, work)
    # Whoever stops waiting does not want to hear how it ended.
    doing.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    await asyncio.wait({doing}, timeout=PATIENCE)
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
