"""A task that a command gives the model: the owner's instructions, one text, and no history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.domain.reply import Notice, Retraction
from bot.services import Services
from handlers.llm.asking import asking
from handlers.llm.prompt import Prompt

# Anybody can attach a megabyte, and the owner pays for every token of it.
LONGEST = 20_000
# What Chinese becomes in another language has several letters for each character.
GROWS = 6


async def task(
    message: Message, services: Services, instructions: str, text: str
) -> AsyncIterator[str | Notice | Retraction]:
    """Return what the model says to a text by these instructions, as it comes.

    Raises:
        Apology: The text is too long, or there is no model. What goes wrong later is raised by the words.
    """
    if len(text) > LONGEST:
        raise Apology("laboratory.too_long", characters=len(text), most=LONGEST)
    model = await asyncio.to_thread(services.once, asking)
    prompt = Prompt(instructions, (), text, named=False)

    async def composed() -> Prompt:
        return prompt

    return model.words(message, composed, most=GROWS * len(text))
