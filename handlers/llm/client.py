"""The connection to the model's endpoint: asking it, asking again where that helps, and checking that it is there."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any, cast
from urllib.parse import parse_qsl

import httpx2
import structlog
from openai import (
    DEFAULT_CONNECTION_LIMITS,
    APIError,
    AsyncOpenAI,
    AsyncStream,
    DefaultAsyncHttpxClient,
    OpenAIError,
    Timeout,
)

from bot.config.proxy import proxy_of
from bot.config.settings import Settings
from bot.domain.errors import Apology
from handlers.llm.answer import Answer, Bounds
from handlers.llm.dialect import Dialect
from handlers.llm.failures import WebPageError, apology, cause, pause, reason, remedy, words
from handlers.llm.prompt import Prompt
from handlers.llm.thinking import Thinking
from handlers.llm.trial import QUESTION, Overheard, Trial

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 10.0
# With each request the pool looks at every idle connection, so that hundreds of them would cost more than they save.
KEPT_CONNECTIONS = 20
# Compatible servers at home need no key, but the client does.
NO_KEY = "none"


class Model:
    """The model that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._dialect = Dialect(settings)
        self._client = _for_answers(settings)
        # The most tokens that the endpoint took, by our estimate, since it first refused a prompt as too long.
        self._most = math.inf
        # Whether the model thinks without a mark where that begins, as far as it has shown.
        self._unopened = False

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    @asynccontextmanager
    async def answer(self, prompt: Prompt, user: str, conversation: str, most: int = 0) -> AsyncIterator[Answer]:
        """Ask, and give the answer as it comes; it may have `most` characters at least.

        Leaving closes the HTTP stream, wherever it stands.
        Whatever goes wrong, also while the answer is read, is logged once here, with the conversation, and raised as
        an `Apology`.
        """
        whose = {"conversation": conversation, "model": self._settings.openai_model}
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._settings.openai_timeout):
                opened = await self._open(prompt, user)
            async with opened as stream:
                with self._thinking() as thinking:
                    answer = Answer(stream, thinking, Bounds.of(self._settings, most), started)
                    yield answer
        except Apology as told:
            log.warning("model failed", reason=told.key, **whose, **answer.figures)
            raise
        except (OpenAIError, TimeoutError, ValueError) as error:
            sorry = apology(error, self._settings)
            log.warning("model failed", reason=sorry.key, **whose, **cause(error))
            raise sorry from None
        log.info("model answered", **whose, **answer.figures)

    @contextmanager
    def _thinking(self) -> Iterator[Thinking]:
        """Know the model's thoughts as the answers before have shown them, and learn from this one."""
        known = self._unopened
        thinking = Thinking(unopened=known)
        try:
            yield thinking
        finally:
            if thinking.unopened is not known:
                self._unopened = thinking.unopened

    async def check(self) -> Trial:
        """Ask one real question, as people's are asked; it is read until it is clear that it is answered.

        Raises:
            Apology: It is not. Of its values `words` are the endpoint's own, without secrets.
        """
        try:
            async with asyncio.timeout(self._settings.openai_timeout):
                trial = await self._tried()
        except (OpenAIError, TimeoutError, ValueError) as error:
            sorry = apology(error, self._settings)
            raise Apology(sorry.key, **sorry.values, words=words(error, self._settings.secrets)) from None
        return replace(trial, listed=await self._lists_model())

    async def _tried(self) -> Trial:
        overheard, started, counted = Overheard(), time.monotonic(), True
        async with await self._open(QUESTION, "check") as stream:
            # An answer asks no more of a stream than its chunks.
            chunks = cast("AsyncStream[object]", overheard.of(stream))
            answer = Answer(chunks, Thinking(), Bounds.of(self._settings, 0), started)
            try:
                async for _ in answer:
                    pass
                counted = answer.usage is not None
            except Apology as told:
                cut = told.key == "chat.cut_short" and answer.first_word is not None
                if not (cut or overheard.enough):
                    raise
        return Trial(answer.first_word, overheard.thought, counted, self._dialect.dropped, listed=False)

    async def _lists_model(self) -> bool:
        """Return whether the endpoint lists the model, which not every one that has it does."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return await self._knows_model()
        except (OpenAIError, TimeoutError, ValueError, TypeError, AttributeError):
            return False  # what is no list, another web server's page say, fails in being read

    async def _knows_model(self) -> bool:
        """Look the model up; where the endpoint cannot do that, look for it in the list."""
        name = self._settings.openai_model
        try:
            found: Any = await self._client.models.retrieve(name)
        except APIError as error:
            if reason(error) != "chat.no_model":
                raise
            return any(each.id == name for each in (await self._client.models.list()).data or ())
        # A page of some other web server comes as text.
        return getattr(found, "id", None) is not None

    async def _open(self, prompt: Prompt, user: str) -> AsyncStream[object]:
        """Send the question until the answer begins, shorter as long as it is too long, once more for other reasons."""
        tried: set[str] = set()
        prompt = prompt.fitted(self._most)
        while True:
            fields = self._dialect.request(prompt.messages, user)
            try:
                stream = await self._send(fields)
            except APIError as error:
                if not self._dialect.learn(fields, error):
                    prompt = await self._mended(error, prompt, tried)
                continue
            if "shorten" in tried or prompt.size > self._most:
                self._most = prompt.size
            return stream

    async def _send(self, fields: dict[str, Any]) -> AsyncStream[object]:
        """Ask for chat completions; the chunks come as plain data, since modelling each takes most of the time.

        `object` is the client's word for "as it came"; `post` is in its README ("Undocumented endpoints").
        """
        stream = await self._client.post(
            "/chat/completions", body=fields, cast_to=object, stream=True, stream_cls=AsyncStream[object]
        )
        await _see_that_it_is_one(stream)
        return stream

    async def _mended(self, error: APIError, prompt: Prompt, tried: set[str]) -> Prompt:
        """Return what to ask now, after as long a wait as it takes, or raise the error that nothing helps against."""
        way = remedy(error)
        again = prompt.shorter() if way == "shorten" else None if way in tried else prompt
        if way is None or again is None:
            raise error
        tried.add(way)
        log.debug("the model is asked again", reason=reason(error))
        if way == "wait":
            await asyncio.sleep(pause(error))
        return again


async def _see_that_it_is_one(stream: AsyncStream[object]) -> None:
    """Raise what came with status 200 and is no stream, whose length nobody knows: a web site's page, or an error."""
    response = stream.response
    kind = response.headers.get("content-type", "")
    if "html" in kind:
        await stream.close()
        raise WebPageError
    if "json" in kind and "content-length" in response.headers:
        told = json.loads(await response.aread())
        if isinstance(told, dict) and "choices" not in told:
            raise APIError("no stream", response.request, body=told.get("error") or told)


def way_to(url: str, limits: httpx2.Limits = DEFAULT_CONNECTION_LIMITS) -> DefaultAsyncHttpxClient:
    """Return what the openai client speaks HTTP with, by the proxy of this address.

    Left to itself it would read every proxy of the environment, and fail over one that is of no use to it.

    Raises:
        SettingsError: Nothing can go through the proxy.
    """
    return DefaultAsyncHttpxClient(transport=httpx2.AsyncHTTPTransport(limits=limits, proxy=proxy_of(url)))


def connect(
    settings: Settings, timeout: float | Timeout, limits: httpx2.Limits = DEFAULT_CONNECTION_LIMITS
) -> AsyncOpenAI:
    """Make a client that tries nothing again by itself: after the first word that would say things twice.

    The client takes no query in an address; with Azure's (`api-version`) the key has a header of its own.
    """
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else NO_KEY
    address, _, query = settings.openai_base_url.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    azure = {"api-key": key} if "api-version" in options else {}
    extra = {name: value.get_secret_value() for name, value in settings.openai_extra_headers.items()}
    return AsyncOpenAI(
        api_key=key,
        base_url=address,
        default_query=options,
        default_headers={**azure, **extra},
        max_retries=0,
        timeout=timeout,
        http_client=way_to(address, limits),
    )


def _for_answers(settings: Settings) -> AsyncOpenAI:
    patience = max(settings.openai_timeout, settings.openai_stall_timeout) + 1
    timeout = Timeout(patience, connect=min(CONNECT_SECONDS, settings.openai_timeout), pool=None)
    limits = httpx2.Limits(max_connections=settings.openai_parallel + 1, max_keepalive_connections=KEPT_CONNECTIONS)
    return connect(settings, timeout, limits)
