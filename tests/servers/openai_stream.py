"""One answer of the loopback OpenAI: what a test can have happen in it, written as server-sent events."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing more until the test sets the event."""

    until: asyncio.Event


@dataclass(frozen=True, slots=True)
class Stall:
    """Send nothing more and keep the connection open."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the connection."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Send these bytes as they are."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Delta:
    """Send a delta that is more than words, and perhaps the reason to finish with it, as an endpoint of that kind."""

    content: dict[str, Any]
    finish: str | None = None


@dataclass(frozen=True, slots=True)
class Spoiled:
    """Words of the server's own, but after so many pieces these steps."""

    after: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """End the stream properly; without a reason, the reason is missing."""

    reason: str | None = "stop"
    done: bool = True


Step = str | Delta | Pause | Stall | Cut | Raw | Finish
MALFORMED = Raw(b'data: {"id": "x", "choices": [{"delta"\n\n')


class Stream:
    """One answer, written as server-sent events."""

    def __init__(self, response: web.StreamResponse, request: web.Request, body: dict[str, Any]) -> None:
        self._response = response
        self._request = request
        self._body = body
        self._pieces = 0
        self.finished = False

    async def take(self, step: Step) -> None:
        match step:
            case str():
                self._pieces += 1
                await self.chunk({"content": step})
            case Delta():
                await self.chunk(step.content, step.finish)
            case Pause():
                await step.until.wait()
            case Stall():
                await asyncio.Event().wait()
            case Raw():
                await self._response.write(step.content)
            case Cut():
                self._cut()
            case Finish():
                await self._finish(step)

    async def chunk(self, delta: dict[str, Any], finish: str | None = None) -> None:
        await self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    async def _finish(self, step: Finish) -> None:
        self.finished = True
        if step.reason:
            await self.chunk({}, step.reason)
        if (self._body.get("stream_options") or {}).get("include_usage"):
            await self._event({"choices": [], "usage": self._usage()})
        if step.done:
            await self._response.write(b"data: [DONE]\n\n")

    async def _event(self, data: dict[str, Any]) -> None:
        common = {"id": "chatcmpl-test", "object": "chat.completion.chunk", "created": 0, "model": self._body["model"]}
        line = json.dumps({**common, **data}, ensure_ascii=False)
        # Half a surrogate pair can only be sent escaped, as endpoints do that cut by UTF-16 units.
        await self._response.write(f"data: {line}\n\n".encode("utf-8", "backslashreplace"))

    def _usage(self) -> dict[str, int]:
        asked = sum(len(each["content"]) for each in self._body["messages"])
        return {"prompt_tokens": asked, "completion_tokens": self._pieces, "total_tokens": asked + self._pieces}

    def _cut(self) -> None:
        self.finished = True
        if self._request.transport:
            self._request.transport.abort()
