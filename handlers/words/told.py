"""What is told of the word model beside an answer from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.domain.errors import Apology
from bot.domain.message import Message
from bot.services import Services
from handlers.content.markdown import inline
from handlers.language.script.normalise import simplify

if TYPE_CHECKING:
    from handlers.words.model import WordModel

NEAR = 5


def source(message: Message, services: Services, model: WordModel) -> str:
    """Return what the model was learnt from, and how good it can be."""
    about = model.about
    key = "laboratory.from_corpus" if about.source else "laboratory.from_faq"
    vectors = len(model.vectors.words)
    return services.say(message, key, corpus=inline(about.source), words=f"{about.words:,}", vectors=f"{vectors:,}")


def either(words: list[str], knows: Callable[[str], bool]) -> list[str]:
    """Return words as a model knows them: each in Simplified characters where it knows it only so."""
    return [simplify(word) if not knows(word) and knows(simplify(word)) else word for word in words]


def known(model: WordModel, word: str) -> str:
    """Return the word as the model knows it: as it is written, or in Simplified characters.

    Raises:
        Apology: It has no vector; the words that it is part of are named.
    """
    asked = " ".join(word.split()).casefold()
    found = next((each for each in (asked, simplify(asked)) if each in model.vectors), None)
    if found is not None:
        return found
    near = [each for each in model.vectors.words if asked and (asked in each or each in asked)][:NEAR]
    key = "laboratory.unknown_word_near" if near else "laboratory.unknown_word"
    raise Apology(key, word=asked[:50], near=", ".join(near), vectors=len(model.vectors.words))
