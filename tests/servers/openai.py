"""A loopback OpenAI: chat completions over server-sent events, models, and every failure a test can ask for."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from multidict import CIMultiDict

from tests.servers.openai_embeddings import unembeddable, vector
from tests.servers.openai_fields import fault
from tests.servers.openai_refusals import Hang, Refusal, bad, no_model, too_long
from tests.servers.openai_stream import MALFORMED, Cut, Delta, Finish, Pause, Raw, Spoiled, Stall, Step, Stream
from tests.servers.overheard import LEDGER

__all__ = [
    "EMBEDDING_MODEL", "KEY", "MALFORMED",
    "MODEL", "Call", "Cut", "Delta", "Finish", "Hang", "OpenAI", "Pause", "Raw", "Refusal", "Stall", "Step",
]  # fmt: skip

KEY = "test-key"
MODEL = "test-model"
EMBEDDING_MODEL = "text-embedding-3-small"
WORDS = ("好的，", "这是", "一个", "回答", "。", "Here ", "is ", "an ", "answer", ". ")


Told = tuple[Step, ...] | Spoiled | Refusal | Hang


@dataclass(slots=True)
class Call:
    """A request as it came.

    `closed` is set when the client went away before the end, `ended` when all was sent, `over` in both cases.
    """

    path: str
    body: dict[str, Any]
    headers: Mapping[str, str]
    query: Mapping[str, str]
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class OpenAI:
    """The server. Requests are answered as told, in the order told; when nothing is told, with words of its own.

    Args:
        tokens: How many pieces an answer has that was not told.
        delay: Seconds before each of them.
        unknown: Fields that this server does not know, as an older or compatible one.
        words: What is answered, piece by piece, to the last thing said, where nothing was told.
        window: How many characters all messages of a request may have together.
        own: Fields that this server knows and OpenAI's does not.
    """

    def __init__(
        self,
        *,
        key: str | None = KEY,
        tokens: int = 10,
        delay: float = 0,
        unknown: Iterable[str] = (),
        words: Callable[[str], Iterable[Step]] | None = None,
        window: int | None = None,
        own: Iterable[str] = (),
    ) -> None:
        self.key = key
        LEDGER.now.keeps(key)
        self.tokens = tokens
        self.delay = delay
        self.unknown = frozenset(unknown)
        self.words = words
        self.window = window
        self.own = frozenset(own)
        self.models = [MODEL]
        self.embedding_models = [EMBEDDING_MODEL]
        self.calls: list[Call] = []
        self.open = 0
        self.most = 0
        # Texts that mean the same as others.
        self.means: dict[str, str] = {}
        self._told: deque[Told] = deque()
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/embeddings", self._embed)
        app.router.add_get("/v1/models", self._list)
        app.router.add_get("/v1/models/{name:.+}", self._model)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=4096)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    def say(self, *steps: Step) -> None:
        """Tell what the next request that is not told yet gets: pieces of text, and what happens between them."""
        LEDGER.now.says("".join(each for each in steps if isinstance(each, str)))
        self._told.append(steps)

    def refuse(self, status: int, code: str | None = None, **rest: Any) -> None:
        """Tell that the next request is refused."""
        self._told.append(Refusal(status, code, **rest))

    def hang(self) -> None:
        """Tell that the next request is never answered."""
        self._told.append(Hang())

    def spoil(self, after: int, *steps: Step) -> None:
        """Tell that the next request gets words of the server's own, but after so many pieces these steps."""
        self._told.append(Spoiled(after, steps))

    async def used_up(self) -> None:
        """Wait until everything that was told has happened, and no request is open any more that began before."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._told)
        for call in tuple(self.calls):
            if call.path.endswith("/chat/completions"):
                await call.over.wait()

    async def arrived(self, number: int) -> Call:
        """Wait for so many requests, and return that one."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.calls) >= number)
        return self.calls[number - 1]

    @property
    def prompts(self) -> list[list[dict[str, str]]]:
        """The messages of every chat request."""
        return [call.body["messages"] for call in self.calls if call.path.endswith("/chat/completions")]

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await _json(request)
        call = await self._note(request, body)
        try:
            if refused := self._denied(request) or self._invalid(body):
                return refused.response()
            told = await self._next_told(body)
            return told.response() if isinstance(told, Refusal) else await self._counted(request, call, told)
        finally:
            call.over.set()

    async def _next_told(self, body: dict[str, Any]) -> Told | AsyncIterator[Step]:
        async with self._changed:
            told = self._told.popleft() if self._told else None
            self._changed.notify_all()
        return self._words(body, told) if told is None or isinstance(told, Spoiled) else told

    async def _counted(self, request: web.Request, call: Call, told: Told | AsyncIterator[Step]) -> web.StreamResponse:
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            return await self._stream(request, call, told)
        except asyncio.CancelledError:
            call.closed.set()
            raise
        except ConnectionResetError:
            call.closed.set()
            return web.Response()  # to nobody: raised further, it would be printed
        finally:
            self.open -= 1

    async def _stream(self, request: web.Request, call: Call, told: Told | AsyncIterator[Step]) -> web.StreamResponse:
        if isinstance(told, Hang):
            await asyncio.Event().wait()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "x-request-id": "req_test"})
        await response.prepare(request)
        stream = Stream(response, request, call.body)
        await stream.chunk({"role": "assistant", "content": ""})
        async for step in _steps(told):
            await stream.take(step)
            if isinstance(step, Cut):
                return response
        if not stream.finished:
            await stream.take(Finish())
        await response.write_eof()
        call.ended.set()
        return response

    async def _words(self, body: dict[str, Any], spoiled: Spoiled | None) -> AsyncIterator[Step]:
        own = (WORDS[number % len(WORDS)] for number in range(self.tokens))
        pieces = iter(self.words(body["messages"][-1]["content"]) if self.words else own)
        for piece in itertools.islice(pieces, spoiled.after) if spoiled else pieces:
            if self.delay:
                await asyncio.sleep(self.delay)
            yield piece
        for step in spoiled.steps if spoiled else ():
            yield step

    async def _note(self, request: web.Request, body: Any) -> Call:
        sent = body if isinstance(body, dict) else {}
        call = Call(request.path, sent, CIMultiDict(request.headers), dict(request.query))
        async with self._changed:
            self.calls.append(call)
            self._changed.notify_all()
        return call

    def _denied(self, request: web.Request) -> Refusal | None:
        given = request.headers.get("Authorization", "")
        if given.startswith("Bearer ") and (self.key is None or given == f"Bearer {self.key}"):
            return None
        message = f"Incorrect API key provided: {given.removeprefix('Bearer ')}."
        return Refusal(401, "invalid_api_key", "invalid_request_error", message)

    def _invalid(self, body: Any) -> Refusal | None:
        if found := fault(body, self.unknown, self.own):
            return Refusal(400, found.code, "invalid_request_error", found.message, found.param)
        if body["model"] not in self.models:
            return no_model(body["model"])
        asked = sum(len(each["content"]) for each in body["messages"])
        return None if self.window is None or asked <= self.window else too_long(asked, self.window)

    async def _embed(self, request: web.Request) -> web.Response:
        body = await _json(request)
        await self._note(request, body)
        if refused := self._refused(request) or unembeddable(body, self.embedding_models):
            return refused.response() if isinstance(refused, Refusal) else bad(refused)
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        data = [
            {"object": "embedding", "index": number, "embedding": vector(self.means.get(text, text))}
            for number, text in enumerate(texts)
        ]
        used = sum(map(len, texts))
        usage = {"prompt_tokens": used, "total_tokens": used}
        return web.json_response({"object": "list", "data": data[::-1], "model": body["model"], "usage": usage})

    async def _list(self, request: web.Request) -> web.Response:
        await self._note(request, {})
        refused = self._refused(request)
        models = [_described(name) for name in self.models]
        return refused.response() if refused else web.json_response({"object": "list", "data": models})

    async def _model(self, request: web.Request) -> web.Response:
        await self._note(request, {})
        name = request.match_info["name"]
        refused = self._refused(request) or (None if name in self.models else no_model(name))
        return refused.response() if refused else web.json_response(_described(name))

    def _refused(self, request: web.Request) -> Refusal | None:
        if self._told and isinstance(self._told[0], Refusal):
            told = self._told.popleft()
            return told if isinstance(told, Refusal) else None
        return self._denied(request)


async def _steps(told: Any) -> AsyncIterator[Step]:
    if isinstance(told, tuple):
        for step in told:
            yield step
        return
    async for step in told:
        yield step


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.read())
    except ValueError:
        return None


def _described(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "test"}
