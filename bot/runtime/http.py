"""The small HTTP server: /healthz, /readyz, /metrics, and what platforms are told by webhooks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.http import HttpProcessingError

from bot.config.settings import Settings, SettingsError
from bot.contract import Hooked, Platform
from bot.runtime.health import Health
from bot.telemetry.metrics import CONTENT_TYPE, Metrics

# Seconds that requests under way are given at the end.
LAST_REQUESTS = 2.0
Handler = Callable[[web.Request], Awaitable[web.Response]]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What anybody who reaches the port may take of the process.

    Attributes:
        body: Bytes of a request to a webhook; an update of Telegram's has some kilobytes.
        seconds: How long the head of a request may take, its body, and a connection between two of them.
        requests: How many requests to a webhook are under way at once: as many as Telegram ever has open.
        connections: How many are open at once.
    """

    body: int = 1 << 20
    seconds: float = 10.0
    requests: int = 100
    connections: int = 400


LIMITS = Limits()


@asynccontextmanager
async def serving(
    settings: Settings, health: Health, metrics: Metrics, platforms: Mapping[str, Platform]
) -> AsyncIterator[None]:
    """Serve where the settings say, if they do.

    Raises:
        SettingsError: It cannot be served there.
    """
    if not settings.http_port:
        yield
        return
    host, port = settings.http_host, settings.http_port
    async with opened(application(health, metrics, platforms), host, port):
        log.info("serving health and metrics", host=host, port=port)
        yield


def application(
    health: Health, metrics: Metrics, platforms: Mapping[str, Platform], limits: Limits = LIMITS
) -> web.Application:
    """Return what is served."""
    pages = Pages(health, metrics)
    app = web.Application(client_max_size=limits.body)
    app.add_routes(
        [web.get("/healthz", pages.healthz), web.get("/readyz", pages.readyz), web.get("/metrics", pages.metrics)]
    )
    for platform in platforms.values():
        if isinstance(platform, Hooked) and platform.hook:
            app.add_routes([web.post(platform.hook, _hook(platform.name, platform, metrics, limits))])
    return app


class Pages:
    """What is told to whoever asks."""

    def __init__(self, health: Health, metrics: Metrics) -> None:
        self._health = health
        self._metrics = metrics

    async def healthz(self, _request: web.Request) -> web.Response:
        """Tell whether the process is alive: 200, or 503 where it should be started anew."""
        alive = self._health.alive
        told = {"alive": alive, "lag_seconds": round(self._health.lag.now, 4)}
        return web.json_response(told, status=_status(fine=alive))

    async def readyz(self, request: web.Request) -> web.Response:
        """Tell how each part is: 200 when all are as they should be, but those that `?exclude=NAME` leaves out."""
        told = self._health.report(request.query.getall("exclude", []))
        return web.json_response(told, status=_status(fine=told["ready"]))

    async def metrics(self, _request: web.Request) -> web.Response:
        """Tell everything that is counted and timed."""
        await self._health.measure()
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE})


def _hook(name: str, platform: Hooked, metrics: Metrics, limits: Limits) -> Handler:
    turnstile = asyncio.Semaphore(limits.requests)

    async def handler(request: web.Request) -> web.Response:
        status = await _taken(platform, request, turnstile, limits)
        metrics.health.webhook.labels(name, str(int(status))).inc()
        response = web.Response(status=status)
        if status is not HTTPStatus.OK:
            response.force_close()
        return response

    return handler


async def _taken(platform: Hooked, request: web.Request, turnstile: asyncio.Semaphore, limits: Limits) -> HTTPStatus:
    """Let a platform take a request; what a stranger brings is not read."""
    if not platform.knows(request.headers):
        return HTTPStatus.FORBIDDEN
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    if turnstile.locked():
        return HTTPStatus.SERVICE_UNAVAILABLE
    async with turnstile:
        body = await _read(request, limits.seconds)
        return body if isinstance(body, HTTPStatus) else await platform.take(body)


async def _read(request: web.Request, seconds: float) -> bytes | HTTPStatus:
    """Return a request's body, or what to answer where there is none to be had."""
    try:
        async with asyncio.timeout(seconds):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT
    except (ConnectionError, web.RequestPayloadError):
        return HTTPStatus.BAD_REQUEST


def _status(*, fine: bool) -> HTTPStatus:
    return HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE


@asynccontextmanager
async def opened(app: web.Application, host: str, port: int, limits: Limits = LIMITS) -> AsyncIterator[int]:
    """Serve there, and give the port. Raises SettingsError where it cannot be served."""
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_logger(),
        shutdown_timeout=LAST_REQUESTS,
        auto_decompress=False,
        lingering_time=0,
        keepalive_timeout=limits.seconds,
    )
    await runner.setup()
    try:
        server = await _listening(_Doorman(runner.server, limits.connections), host, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def _listening(doorman: _Doorman, host: str, port: int) -> asyncio.Server:
    try:
        return await asyncio.get_running_loop().create_server(doorman, host, port)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SettingsError(f"HTTP_HOST, HTTP_PORT: {host}:{port} cannot be served on: {reason}") from None


class _Doorman:
    """Lets connections in, and closes those beyond so many at once: files are left for what else the bot opens."""

    def __init__(self, server: web.Server | None, most: int) -> None:
        self._server = server
        self._most = most

    def __call__(self) -> asyncio.Protocol:
        within = self._server is not None and len(self._server.connections) < self._most
        return self._server() if self._server and within else _Closed()


class _Closed(asyncio.Protocol):
    """What speaks with a connection that is not let in."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it at once."""
        transport.close()


def _logger() -> logging.Logger:
    """Return what aiohttp logs to, which need not hear of requests that nobody can read: strangers write them."""
    logger = logging.getLogger("aiohttp.server")
    logger.addFilter(_readable)
    return logger


def _readable(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
