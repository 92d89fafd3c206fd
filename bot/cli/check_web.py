"""What `check` says of the HTTP port and the webhook: can it be served there, and what Telegram will make of it."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.cli.finding import ABSENT, BAD, DOUBTFUL, GOOD, Finding
from bot.config.settings import WEBHOOK_PORTS, Settings

Say = Callable[..., str]
PATIENCE_SECONDS = 5.0
REASONS = {
    errno.EACCES: "http_forbidden",
    errno.EADDRNOTAVAIL: "http_no_address",
    socket.EAI_NONAME: "http_no_address",
}
HTTPS = 443


async def web(settings: Settings, say: Say) -> AsyncIterator[Finding]:
    """Yield what is found, the port first."""
    yield await _port(settings, say)
    async for finding in _webhook(settings, say):
        yield finding


async def _port(settings: Settings, say: Say) -> Finding:
    what, host, port = say("http"), settings.http_host, settings.http_port
    if not port:
        return Finding(ABSENT, what, say("http_off"))
    place = {"host": host, "port": port}
    try:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            key = REASONS.get(error.errno or 0, "http_failed")
            return Finding(BAD, what, say(key, **place, cause=error.strerror or type(error).__name__))
        ours = await _is_ours(host, port)
        return Finding(GOOD if ours else BAD, what, say("http_ours" if ours else "http_taken", **place))
    server.close()
    await server.wait_closed()
    return Finding(GOOD, what, say("http_free", **place))


async def _is_ours(host: str, port: int) -> bool:
    """Return whether a bot answers there."""
    near = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 — nothing is bound to it here
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://{near}:{port}/healthz") as answer,
        ):
            told: Any = await answer.json()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return False
    return isinstance(told, dict) and "alive" in told


async def _webhook(settings: Settings, say: Say) -> AsyncIterator[Finding]:
    what, url = say("webhook"), urlsplit(settings.telegram_webhook_url)
    if not (settings.telegram_webhook_url and settings.telegram_token):
        yield Finding(ABSENT, what, say("webhook_off"))
        return
    place = {"host": settings.http_host, "port": settings.http_port}
    yield Finding(GOOD, what, say("webhook_on", url=url.geturl(), path=url.path, **place))
    if url.port not in WEBHOOK_PORTS:
        yield Finding(DOUBTFUL, what, say("webhook_port", port=url.port))
    if url.scheme != "https":
        yield Finding(DOUBTFUL, what, say("webhook_plain"))
        return
    host = url.hostname or ""
    if _is_private(host):
        yield Finding(DOUBTFUL, what, say("webhook_private", host=host))
    yield await _certificate(what, host, url.port or HTTPS, say)


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".internal", ".localhost"))


async def _certificate(what: str, host: str, port: int, say: Say) -> Finding:
    """Look at the certificate as Telegram will."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        return Finding(BAD, what, say("webhook_untrusted", host=host, cause=error.verify_message))
    except (OSError, TimeoutError) as error:
        cause = getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__
        return Finding(DOUBTFUL, what, say("webhook_unreachable", host=host, port=port, cause=cause))
    ends = ssl.cert_time_to_seconds(str(writer.get_extra_info("peercert")["notAfter"]))
    writer.transport.abort()
    return Finding(
        GOOD, what, say("webhook_certificate", host=host, date=f"{datetime.fromtimestamp(ends, UTC):%Y-%m-%d}")
    )
