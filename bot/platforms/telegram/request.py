"""How requests reach the Bot API: python-telegram-bot's pluggable HTTP layer over aiohttp, which costs half of httpx.

It also never writes an address (which contains the token) or a body (which contains what people said) into a log.
"""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.config.proxy import Connector, proxy_of
from bot.domain.errors import Superseded
from bot.domain.leave import asking_leave

READ_SECONDS = 20.0
CONNECT_SECONDS = 10.0
UPLOAD_SECONDS = 120.0
CONNECTIONS = 256
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Withheld(Superseded, TelegramError):  # noqa: N818 — the house names outcomes, not errors
    """A request was not made: no leave was given. The library hands its own errors on as they are, and no others."""


class Request(BaseRequest):
    """A pool of connections to the Bot API at `url`, opened when first used, through a proxy if there is one.

    Raises:
        SettingsError: The environment names a proxy that nothing can go through.
    """

    def __init__(self, url: str, connections: int = CONNECTIONS, read_seconds: float = READ_SECONDS) -> None:
        proxy_of(url)  # one that cannot be used is refused at the start, not at each request
        self._connections = connections
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer where a call names no other time."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Open the pool; nothing is connected yet."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=Connector(self._connections),
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[asking_leave(aiohttp.TraceConfig())],
            )

    async def shutdown(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session:
            await session.close()

    async def do_request(  # noqa: PLR0917 — the signature is the library's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 — aiohttp has none
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 — who waits for a connection gets one
    ) -> tuple[int, bytes]:
        """Return status and body of the answer.

        Raises:
            TimedOut: The server was reached, and its answer did not come, or not whole: it may have done its work.
            NetworkError: No connection came about, or it broke before there was an answer.
            Withheld: No leave was given.
        """
        await self.initialize()
        session = self._session
        if session is None:
            raise NetworkError("closed")
        files = bool(request_data and request_data.contains_files)
        timeout = aiohttp.ClientTimeout(
            total=UPLOAD_SECONDS if files else None,
            sock_connect=_seconds(connect_timeout, CONNECT_SECONDS),
            sock_read=_seconds(read_timeout, UPLOAD_SECONDS if files else self._read_seconds),
        )
        body = _body(request_data)
        try:
            headers = FORM if isinstance(body, bytes) else None
            async with session.request(method, url, data=body, headers=headers, timeout=timeout) as answer:
                return answer.status, await answer.read()
        except (Superseded, aiohttp.ClientError, OSError, ValueError) as error:
            raise _meaning(error) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Return the object that an answer is. Raises TelegramError, without the answer's text, where it is none."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError("the answer is not JSON") from None
        if not isinstance(answer, dict) or ("result" not in answer and answer.get("ok") is not False):
            raise TelegramError("the answer is not one of the Bot API")
        return answer


def _seconds(wished: Any, default: float) -> float | None:
    return default if wished is BaseRequest.DEFAULT_NONE else wished


def _body(data: RequestData | None) -> bytes | aiohttp.FormData | None:
    if data is None:
        return None
    if not data.contains_files:
        return data.url_encoded_parameters().encode()
    # Telegram takes names of files as they are; percent-encoded ones it would show so.
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for name, (filename, content, media_type) in data.multipart_data.items():
        # aiohttp writes bytes in one piece and streams what can be read.
        body = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, body, filename=filename, content_type=media_type)
    return form


def _meaning(error: Exception) -> TelegramError:
    if isinstance(error, Superseded) or isinstance(error.__cause__, Superseded):
        return Withheld("not this process's to write")
    unheard = isinstance(error, TimeoutError | aiohttp.ClientPayloadError)
    if unheard and not isinstance(error, aiohttp.ConnectionTimeoutError):
        return TimedOut()
    return NetworkError(_reason(error))


def _reason(error: Exception) -> str:
    """Name what happened, without the address: it contains the token."""
    strerror = getattr(error, "strerror", None)
    return f"{type(error).__name__}: {strerror}" if strerror else type(error).__name__
