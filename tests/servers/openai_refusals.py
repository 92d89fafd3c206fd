"""What the loopback OpenAI answers that is no stream: errors in OpenAI's shape, any other body, or nothing at all."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from aiohttp import web

from tests.servers.openai_fields import Fault


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no stream."""

    status: int
    code: str | None = None
    kind: str | None = None
    message: str = "refused"
    param: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    def response(self) -> web.Response:
        """Return the HTTP answer in OpenAI's shape, or with exactly this body."""
        error = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}
        text = json.dumps({"error": error}) if self.body is None else self.body
        kind = "application/json" if text.startswith("{") else "text/html"
        headers = {"x-request-id": "req_test", **self.headers}
        return web.Response(status=self.status, text=text, content_type=kind, headers=headers)


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answer at all."""


def no_model(name: str) -> Refusal:
    return Refusal(404, "model_not_found", "invalid_request_error", f"The model `{name}` does not exist", "model")


def too_long(asked: int, window: int) -> Refusal:
    message = f"This model's maximum context length is {window} tokens. However, your messages resulted in {asked}."
    return Refusal(400, "context_length_exceeded", "invalid_request_error", message, "messages")


def bad(found: Fault) -> web.Response:
    return Refusal(400, found.code, "invalid_request_error", found.message, found.param).response()
