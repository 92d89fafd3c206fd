"""Embeddings of the model's endpoint: texts of the same meaning get similar vectors. Kept in Redis by text hash."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import structlog
from openai import OpenAIError

from bot.config.settings import Settings
from bot.domain.errors import Apology
from bot.storage.connection import Command
from bot.storage.store import Store, key
from handlers.llm.client import connect
from handlers.llm.failures import apology, cause

log = structlog.get_logger(__name__)

# Texts in one request: OpenAI takes 2048, compatible servers fewer.
AT_ONCE = 64
KEPT_SECONDS = 7 * 86_400
Vector = Sequence[float]


class Embeddings:
    """The embedding model that the settings name. For one event loop."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._client = connect(settings, settings.openai_timeout)
        self._away = False

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def of(self, text: str) -> Vector | None:
        """Return the vector of a text, or None while the endpoint fails, which is logged once."""
        try:
            vector = (await self.all((text,)))[text]
        except Apology:
            return None
        return vector

    async def all(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        """Return a vector for each text, all of one length. Raises `Apology` when the endpoint does not give them."""
        wanted = tuple(dict.fromkeys(texts))
        found: dict[str, Vector] = {}
        for start in range(0, len(wanted), AT_ONCE):
            found |= await self._some(wanted[start : start + AT_ONCE])
        if len({len(each) for each in found.values()}) > 1:
            raise self._failed(ValueError("vectors of different lengths"))
        return found

    async def _some(self, texts: Sequence[str]) -> dict[str, Vector]:
        slots = [self._slot(text) for text in texts]

        async def kept() -> list[str | None]:
            values: list[str | None] = await self._store.client.mget(slots)
            return values

        nothing: list[str | None] = [None] * len(texts)
        values = await self._store.attempt(kept, nothing)
        found = {text: _unpacked(value) for text, value in zip(texts, values, strict=True) if value}
        missing = [text for text in texts if text not in found]
        if missing:
            fresh = await self._asked(missing)
            await self._store.write(*(self._keeping(text, vector) for text, vector in fresh.items()))
            found |= fresh
        return found

    async def _asked(self, texts: list[str]) -> dict[str, Vector]:
        """Ask the endpoint. An empty text is refused there; it means as little as a full stop."""
        try:
            async with asyncio.timeout(self._settings.openai_timeout):
                answer = await self._client.embeddings.create(
                    model=self._settings.openai_embedding_model,
                    input=[text or "." for text in texts],
                    encoding_format="float",
                )
            vectors = [each.embedding for each in sorted(answer.data, key=lambda each: each.index)]
            found: dict[str, Vector] = dict(zip(texts, vectors, strict=True))
        except (OpenAIError, TimeoutError, ValueError, TypeError, AttributeError) as error:
            # What is no list of embeddings (another web server's page, say) fails in being read.
            raise self._failed(error) from None
        if self._away:
            log.info("embeddings are back")
            self._away = False
        return found

    def _failed(self, error: Exception) -> Apology:
        model = self._settings.openai_embedding_model
        if not self._away:
            log.warning("no embeddings: the FAQ goes by letters alone", model=model, **cause(error))
            self._away = True
        return apology(error, self._settings.model_copy(update={"openai_model": model}))

    def _slot(self, text: str) -> str:
        whose = f"{self._settings.openai_base_url}\0{self._settings.openai_embedding_model}\0{text}"
        return key(hashlib.blake2b(whose.encode("utf-8", "replace"), digest_size=16).hexdigest(), tag="embedding")

    def _keeping(self, text: str, vector: Vector) -> Command:
        packed = base64.b64encode(array("f", vector).tobytes())
        return "SET", self._slot(text), packed, "EX", KEPT_SECONDS


@asynccontextmanager
async def opened(settings: Settings, store: Store) -> AsyncIterator[Embeddings]:
    """Open the embeddings for an event loop of its own, with connections of its own."""
    own = store.apart()
    embeddings = Embeddings(settings, own)
    try:
        yield embeddings
    finally:
        await embeddings.close()
        await own.close()


class Prepared:
    """An encoder of texts whose vectors were fetched before: what an index is built with."""

    def __init__(self, name: str, vectors: Mapping[str, Vector]) -> None:
        self.name = name
        self._vectors = vectors

    @property
    def length(self) -> int:
        """How long every vector is."""
        return len(next(iter(self._vectors.values()), ()))

    def encode(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return the vectors. Raises KeyError for a text that was not fetched."""
        return [self._vectors[text] for text in texts]


def _unpacked(packed: str) -> Vector:
    vector = array("f")
    vector.frombytes(base64.b64decode(packed))
    return vector
