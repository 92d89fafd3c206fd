"""The end of a turn: whichever way it went, it is told, kept and counted exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.contract import Outlet
from bot.domain.errors import Superseded
from bot.domain.message import Message
from bot.storage.connection import Command
from bot.telemetry.metrics import TurnMetrics

log = structlog.get_logger(__name__)

# Seconds that an outlet may take for what it makes of the end: the process may have to end, too.
DONE_SECONDS = 5.0


async def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Keep:
    """How the message of a turn is kept until it is answered.

    Attributes:
        finish: Writes some commands, and that the message is done with.
        leave: Of a turn that was cancelled: leaves the message to another process, if it can. Returns whether it has.
        parting: What is to be said of an answer that was cancelled, by whether any words of it can be seen: a key of
            the catalogue, or nothing.
    """

    finish: Callable[..., Awaitable[object]]
    leave: Callable[[], Awaitable[bool]] = _never
    parting: Callable[[bool], str] = lambda _: "core.stopped"


@dataclass(slots=True)
class TurnEnd:
    """What a turn leaves behind: the writes that keep something of it, and what the metrics call its end."""

    writes: list[Command] = field(default_factory=list)
    ended: str = "stopped"


@asynccontextmanager
async def closing(outlet: Outlet, keep: Keep, message: Message, metrics: TurnMetrics) -> AsyncIterator[TurnEnd]:
    """End a turn, whichever way it went, exactly once: tell the outlet, keep the writes it has collected, count it.

    Raises:
        Superseded: The turn is another process's now; nothing is told, and nothing kept.
    """
    end = TurnEnd()
    superseded = cancelled = False
    try:
        yield end
    except Superseded:
        superseded = True
        raise
    except asyncio.CancelledError:
        cancelled = True
        raise
    except Exception:  # the one boundary: nothing that goes wrong in a turn reaches another
        log.exception("turn failed", conversation=message.conversation.hash)
        metrics.failed("bug")
        end.ended = "failed"
    finally:
        if not superseded:
            await _whole(_end(outlet, keep, end, leaving=cancelled))
            metrics.ended.labels(message.platform, end.ended).inc()


async def _end(outlet: Outlet, keep: Keep, end: TurnEnd, *, leaving: bool) -> None:
    if leaving and await keep.leave():
        end.ended = "left"
        return
    try:
        async with asyncio.timeout(DONE_SECONDS):
            await outlet.done()
    except Superseded:  # who answers now keeps what there is to keep
        return
    except Exception:  # whatever an outlet makes of the end is not the turn's
        log.exception("outlet failed")
    await keep.finish(*end.writes)


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """Do a work to its end, also when cancelled meanwhile: half an end would be taken for a sudden one."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            await asyncio.wait({task})
            raise
