"""One way to Discord's REST API for all writes: discord.py's HTTP client, with its failures in the house's words."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route

from bot.domain.errors import Gone, RetryAfter, Superseded, Unreachable
from bot.domain.leave import asking_leave
from bot.domain.reply import File

Heard = Callable[[dict[str, Any]], None]

LONGEST = 60.0  # seconds that one call may take, with the retries and waits that discord.py makes by itself
PAUSE = 5.0  # seconds of silence where the API failed without saying for how long
TOO_MANY = 429
SERVER_ERROR = 500
UNKNOWN_MESSAGE = 10008
LIMITED = "/channels"  # what the global limit holds for; answering interactions is exempt


class Missing(Exception):  # noqa: N818 — the house names outcomes, not errors
    """What was to be changed or answered is not there (any more): a message, an interaction, its token."""

    def __init__(self, code: int) -> None:
        super().__init__(f"Discord does not know it: {code}")
        self.code = code


class Unheard(Unreachable):
    """The answer did not come: perhaps it was done, perhaps not."""

    doubtful = True


class Refused(Exception):  # noqa: N818
    """The API found the request wrong (400)."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(slots=True)
class _Call:
    """A request made here (discord.py makes others for itself), and its answer once that is there.

    `unheard`: a try has failed so that it may have been done; what becomes of the next does not change that.
    """

    wire: Wire
    heard: Heard | None
    once: bool
    patience: asyncio.Timeout
    unheard: bool = False
    answers: list[Any] = field(default_factory=list)

    def answered(self, text: str) -> None:
        self.answers.append(json.loads(text) if text else None)
        if self.heard:
            self.heard(self.answers[0])
        if not self.patience.expired():  # what is left is to wait for the window, and the next call will
            self.patience.reschedule(asyncio.get_running_loop().time())

    def failed(self) -> None:
        self.unheard = True
        if self.once:
            raise Unheard(PAUSE)


def trace() -> aiohttp.TraceConfig:
    """Return what `Wire` needs in the client's session (`Client(http_trace=…)`).

    discord.py would sleep through a 429 of up to 30 s (its smallest `max_ratelimit_timeout`) inside the call, where the
    chat's gate learns nothing. This raises `RetryAfter` from the answer instead, and hands a good answer over at once:
    where it was the last one that the rate limit's window allows, discord.py would first wait for the next window.
    discord.py also repeats a request that the server failed at, or that was cut off, up to five times. This raises
    `Unheard` from the first failure of a call that is to be made `once`.
    A write's leave is asked for at each of discord.py's tries.
    """
    config = asking_leave(aiohttp.TraceConfig())
    config.on_request_end.append(_answered)
    config.on_request_exception.append(_broken)
    return config


async def _answered(
    _session: aiohttp.ClientSession, context: types.SimpleNamespace, params: aiohttp.TraceRequestEndParams
) -> None:
    call, response = context.trace_request_ctx, params.response
    if not isinstance(call, _Call):
        return
    if response.status == TOO_MANY:
        seconds, everywhere = _silence(response, await response.text())
        if everywhere:
            call.wire.silence(seconds)
        raise Unheard(seconds) if call.unheard else RetryAfter(seconds)
    if response.status >= SERVER_ERROR:
        call.failed()
    if response.ok:
        call.answered(await response.text())


async def _broken(
    _session: aiohttp.ClientSession, context: types.SimpleNamespace, params: aiohttp.TraceRequestExceptionParams
) -> None:
    call = context.trace_request_ctx
    if isinstance(call, _Call) and isinstance(params.exception, OSError):
        call.failed()


def _silence(response: aiohttp.ClientResponse, text: str) -> tuple[float, bool]:
    """Return for how many seconds to be silent, and whether everywhere. Cloudflare answers without JSON."""
    headers = response.headers
    try:
        body = json.loads(text)
        return float(body["retry_after"]), bool(body.get("global"))
    except (ValueError, TypeError, KeyError):
        seconds = headers.get("Retry-After") or headers.get("X-RateLimit-Reset-After") or ""
        return float(seconds) if seconds.replace(".", "", 1).isdigit() else PAUSE, True


class Wire:
    """Calls to the REST API."""

    def __init__(self, http: HTTPClient) -> None:
        self._http = http
        self._silent_until = 0.0

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        ids: Mapping[str, str],
        *,
        files: Sequence[File] = (),
        heard: Heard | None = None,
        once: bool = False,
    ) -> Any:
        """Make one call to a path with its `ids` filled in, and return its JSON.

        `heard` is given it as soon as it is there, also when this is cancelled. What would be done twice where it is
        asked for twice is asked for `once`.

        Raises:
            RetryAfter: It was not done; the API asks for patience.
            Unheard: The way there is broken, or the server is.
            Gone: This channel is closed to the bot.
            Missing: The message, interaction or token is unknown.
            Refused: The request itself is wrong.
        """
        rest = self._silent_until - asyncio.get_running_loop().time()
        if rest > 0 and path.startswith(LIMITED):
            raise RetryAfter(rest)
        with _house_words():
            try:
                async with asyncio.timeout(LONGEST) as patience:
                    call = _Call(self, heard, once, patience)
                    await self._request(Route(method, path, **ids), body, files, call)
            except TimeoutError:
                if not call.answers:
                    raise
        return call.answers[0]

    def silence(self, seconds: float) -> None:
        """Make no calls for so long: the bot as a whole has made too many."""
        self._silent_until = asyncio.get_running_loop().time() + seconds

    async def _request(self, route: Route, body: Mapping[str, Any] | None, files: Sequence[File], call: _Call) -> Any:
        if body is None:
            return await self._http.request(route, trace_request_ctx=call)
        if not files:
            return await self._http.request(route, json=dict(body), trace_request_ctx=call)
        parts = [discord.File(io.BytesIO(file.content), filename=file.name) for file in files]
        named = [{"id": number, "filename": part.filename} for number, part in enumerate(parts)]
        form = [{"name": "payload_json", "value": json.dumps({**body, "attachments": named})}] + [
            {"name": f"files[{number}]", "value": part.fp, "filename": part.filename, "content_type": file.media_type}
            for number, (part, file) in enumerate(zip(parts, files, strict=True))
        ]
        return await self._http.request(route, files=parts, form=form, trace_request_ctx=call)


@contextlib.contextmanager
def _house_words() -> Iterator[None]:
    try:
        yield
    except discord.RateLimited as error:
        raise RetryAfter(error.retry_after) from error
    except discord.HTTPException as error:
        raise _meaning(error) from error
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        if isinstance(error.__cause__, Superseded):
            raise error.__cause__ from None
        raise Unheard(PAUSE) from error


def _meaning(error: discord.HTTPException) -> Exception:
    match error.status, error.code:
        case (403, _) | (_, 10003 | 50083):  # unknown channel, locked thread
            return Gone(f"Discord answers {error.status} ({error.code})")
        case (401 | 404, code):
            return Missing(code)
        case (status, _) if status >= SERVER_ERROR:
            return Unheard(PAUSE)
        case (status, code):
            return Refused(f"Discord answers {status} ({code})", code)
