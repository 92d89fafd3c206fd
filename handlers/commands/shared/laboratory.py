"""The laboratory's packages are heavy and an extra: what needs them runs in a thread, and says which is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import Reply
from bot.services import Services
from handlers.commands.shared.labour import SHORT, Result, labour

T = TypeVar("T")


PACKAGES = {"gensim": "gensim", "sklearn": "scikit-learn", "matplotlib": "matplotlib", "wordcloud": "wordcloud"}
PACKAGES |= {"numpy": "numpy", "PIL": "pillow", "scipy": "scipy"}


async def laboratory(
    message: Message, services: Services, name: str, work: Callable[[], Result], size: int = 0
) -> Reply:
    """Return a command's reply with what the work gives, which is Markdown; it imports what it needs itself.

    It is done as `labour` does what is long: of any size, since importing and learning take seconds the first time.
    Raises `Apology` where a package of the laboratory is missing.
    """
    return await labour(message, services, name, lambda: installed(work), size=SHORT + 1 + size, markdown=True)


def installed(work: Callable[[], T]) -> T:
    """Return what the work returns, or raise an `Apology` that says which package of the laboratory it misses."""
    try:
        return work()
    except ModuleNotFoundError as error:
        package = PACKAGES.get((error.name or "").partition(".")[0])
        if package is None:
            raise
        raise Apology("laboratory.missing", package=package) from None
