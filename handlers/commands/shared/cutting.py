"""What cuts texts to be counted in a chat: with its own words, in either script."""

from __future__ import annotations

from bot.domain.message import Message
from bot.services import Services
from handlers.knowledge.vocabulary import Vocabulary
from handlers.language.statistics.terms import Cut

# What is longer is no word (a megabyte of one letter is): its beginning stands for it, on screens and in pictures.
LONGEST_WORD = 40


async def cutting(message: Message, services: Services) -> Cut:
    """Return what cuts Simplified text into words, the chat's own among them as they are written or folded."""
    vocabulary = services.once(Vocabulary)
    own, folded = await vocabulary.of(message), await vocabulary.folded(message)

    def cut(text: str) -> list[str]:
        return [word[:LONGEST_WORD] for word in (own if own.knows_in(text) else folded).words_of(text)]

    return cut
