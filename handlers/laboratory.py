"""The laboratory's packages are heavy and an extra: what needs them runs in a thread, and says which is missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from bot.contract import Apology, Services
from bot.model import Message, Notice

T = TypeVar("T")

PATIENCE_SECONDS = 2.0

PACKAGES = {"gensim": "gensim", "sklearn": "scikit-learn", "matplotlib": "matplotlib", "wordcloud": "wordcloud"}
PACKAGES |= {"numpy": "numpy", "PIL": "pillow", "scipy": "scipy"}


async def in_laboratory(work: Callable[[], T]) -> T:
    """Return what the work returns, done in a thread; it imports what it needs itself.

    Raises:
        Apology: A package of the laboratory is not installed.
        Exception: What the work raises.
    """
    return await asyncio.to_thread(_installed, work)


async def with_notice(message: Message, services: Services, work: Callable[[], str]) -> AsyncIterator[str | Notice]:
    """Yield the text that the work returns, done as `in_laboratory`, and a notice first where it takes long.

    Raises:
        Apology: As `in_laboratory`.
        Exception: What the work raises.
    """
    future = asyncio.get_running_loop().run_in_executor(None, _installed, work)
    # Whoever stops waiting does not want to hear how it ended.
    future.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    done, _ = await asyncio.wait((future,), timeout=PATIENCE_SECONDS)
    if not done:
        yield Notice(services.say(message, "laboratory.working"))
    yield await future


def _installed(work: Callable[[], T]) -> T:
    """Do the work, or say which package it misses."""
    try:
        return work()
    except ModuleNotFoundError as error:
        package = PACKAGES.get((error.name or "").partition(".")[0])
        if package is None:
            raise
        raise Apology("laboratory.missing", package=package) from None
