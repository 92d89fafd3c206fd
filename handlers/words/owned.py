"""The word model of this bot: the one its owner has trained, or a small one learnt from the FAQ."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.domain.errors import Apology
from bot.services import Services
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.load import load as load_faq
from handlers.language.statistics.terms import sentences

if TYPE_CHECKING:
    from handlers.words.model import WordModel

log = structlog.get_logger(__name__)

NAME = "words.npz"
FAQ = "faq.yaml"


class Words:
    """Gives the word model; loads or learns it when it is first asked for, and again when its file has changed."""

    def __init__(self, services: Services) -> None:
        self._kept = services.settings.data_dir / NAME
        self._faq = services.settings.content_dir / FAQ
        self._lock = threading.Lock()
        self._seen: tuple[object, ...] = ()
        self._model: WordModel | None = None

    def model(self) -> WordModel:
        """Return the model as its file is now. Blocks: call it in a thread; one makes it, the others wait for it.

        Raises:
            Apology: The file is of another version, or there is nothing to learn from.
            ModuleNotFoundError: A package of the laboratory is not installed.
        """
        with self._lock:
            seen = (_mark(self._kept), _mark(self._faq))
            if self._model is None or seen != self._seen:
                self._model = self._loaded() if self._kept.exists() else self._learnt()
                self._seen = seen
            return self._model

    def _loaded(self) -> WordModel:
        from handlers.words.model import WordsError, load  # noqa: PLC0415 — an extra

        try:
            return load(self._kept)
        except WordsError as error:
            log.warning("word model refused", reason=str(error))
            raise Apology("laboratory.model_refused", file=self._kept.name) from None
        except OSError as error:
            log.warning("word model cannot be read", cause=type(error).__name__)
            raise Apology("laboratory.model_refused", file=self._kept.name) from None

    def _learnt(self) -> WordModel:
        from handlers.words.model import learn, small  # noqa: PLC0415 — an extra

        try:
            entries = load_faq(self._faq)
            said = [sentence for entry in entries for text in _texts(entry) for sentence in sentences(text)]
            return learn("", said, small())
        except (ValueError, OSError) as error:
            log.warning("nothing to learn words from", cause=type(error).__name__)
            raise Apology("laboratory.no_model") from None


def _texts(entry: Entry) -> Iterator[str]:
    yield from entry.questions
    yield entry.answer
    if entry.twin:
        yield entry.twin.answer


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
