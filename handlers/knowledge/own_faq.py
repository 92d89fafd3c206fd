"""The FAQ as a chat with words of its own reads it: made when such a chat first asks, dropped when either changes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.message import Message
from bot.services import Services
from bot.storage.chat_settings import chat_key
from handlers.faq.engine.analysis import Cut
from handlers.knowledge.vocabulary import MOST_CHATS, Vocabulary
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.lexicon import Lexicon, standard
from handlers.language.segmentation.own import Segmenter
from handlers.language.segmentation.segment import BLOCKS
from handlers.llm.ears import Ears


class OwnFaqs:
    """The FAQ for each chat. Who has no words of his own is given the very same as everybody."""

    def __init__(self, services: Services) -> None:
        self._vocabulary = services.once(Vocabulary)
        self._making = asyncio.Lock()
        self._shared: Ears | None = None
        self._owners: Lexicon | None = None
        self._read: OrderedDict[str, tuple[Segmenter, Ears]] = OrderedDict()

    async def of(self, message: Message, shared: Ears) -> Ears:
        """Return the FAQ as the message's chat reads it, by its words as they are now."""
        if shared is not self._shared:
            # What was made of the old one would keep all of it in memory.
            self._shared, self._owners = None, None
            self._read.clear()
        own = await self._vocabulary.folded(message)
        if not own.words:
            return shared
        where = chat_key(message.platform, message.chat.id)
        return self._known(where, own, shared) or await self._make(where, own, shared)

    def _known(self, where: str, own: Segmenter, shared: Ears) -> Ears | None:
        if shared is not self._shared:
            return None
        segmenter, ears = self._read.get(where, (None, None))
        if segmenter is not own:
            return None
        self._read.move_to_end(where)
        return ears

    async def _make(self, where: str, own: Segmenter, shared: Ears) -> Ears:
        """Make it in a thread, one at a time: a chat that asks twice meanwhile has it made once."""
        async with self._making:
            if known := self._known(where, own, shared):
                return known
            if shared is not self._shared:
                owners = await asyncio.to_thread(_lexicon, shared.words) if shared.words else None
                self._shared, self._owners = shared, owners
                self._read.clear()
            made = await asyncio.to_thread(read_with, shared, own, self._owners)
            if shared is self._shared:
                self._read[where] = own, made
            if len(self._read) > MOST_CHATS:
                self._read.popitem(last=False)
            return made


class _Both(Segmenter):
    """Knows a chat's words and the owner's; where none of the chat's stands in a text, it is not asked."""

    def __init__(self, words: Iterable[Word], owners: Lexicon) -> None:
        super().__init__(words)
        self._lexicon = owners.with_words(self.words)


@dataclass(frozen=True, slots=True)
class _Layers:
    """Frequencies of the owner's words over jieba's, for many lexicons to lie on: chats do not copy them either."""

    over: Any
    under: Any

    def get(self, word: str, /) -> int | None:
        found: int | None = self.over.get(word)
        known: int | None = self.under.get(word) if found is None else found
        return known

    def __contains__(self, word: str) -> bool:
        return self.get(word) is not None


def _lexicon(words: Iterable[Word]) -> Lexicon:
    """Return jieba's dictionary with the owner's words, as a base."""
    both = standard().with_words(words)
    base: Any = _Layers(both.own, both.base)
    return Lexicon(base, both.total, both.longest)


def read_with(shared: Ears, own: Segmenter, owners: Lexicon | None) -> Ears:
    """Return the FAQ as it is read with a chat's words; `owners` has those of the owner. Takes a while; blocks."""
    cut = _cut(_Both(own.words, owners) if owners else own, shared.cut)
    recut = shared.overheard.recut([word.text for word in own.words], cut)
    overheard = shared.overheard.over(recut, cut)
    asked = overheard if shared.asked is shared.overheard else shared.asked.over(recut, cut)
    return replace(shared, asked=asked, overheard=overheard, cut=cut)


def _cut(own: Segmenter, shared: Cut) -> Cut:
    """Return what cuts as everybody does, but for the runs of characters in which one of the chat's words stands."""

    def cut(text: str) -> list[str]:
        if not own.knows_in(text):
            return shared(text)
        blocks = filter(None, BLOCKS.split(text))
        return [word for each in blocks for word in (own.cut_for_search if own.knows_in(each) else shared)(each)]

    return cut
