"""The small HTTP server: /healthz, /readyz, /metrics, and what platforms are told by webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

import structlog
from aiohttp import web

from bot.contract import Platform
from bot.liveliness import Hooked
from bot.metrics import CONTENT_TYPE, Metrics
from bot.settings import Settings, SettingsError
from bot.watch.health import Health

# An update of Telegram's has some kilobytes.
LARGEST_BODY = 1 << 20
# Seconds that requests under way are given at the end.
LAST_REQUESTS = 2.0
Handler = Callable[[web.Request], Awaitable[web.Response]]
log = structlog.get_logger(__name__)


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
    async with _served(application(health, metrics, platforms), settings.http_host, settings.http_port):
        yield


def application(health: Health, metrics: Metrics, platforms: Mapping[str, Platform]) -> web.Application:
    """Return what is served."""
    pages = Pages(health, metrics)
    app = web.Application(client_max_size=LARGEST_BODY)
    app.add_routes(
        [web.get("/healthz", pages.healthz), web.get("/readyz", pages.readyz), web.get("/metrics", pages.metrics)]
    )
    for platform in platforms.values():
        if isinstance(platform, Hooked) and platform.hook:
            app.add_routes([web.post(platform.hook, _hook(platform.name, platform, metrics))])
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


def _hook(name: str, platform: Hooked, metrics: Metrics) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        status = await _taken(platform, request)
        metrics.health.webhook.labels(name, str(int(status))).inc()
        return web.Response(status=status)

    return handler


async def _taken(platform: Hooked, request: web.Request) -> HTTPStatus:
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return await platform.take(request.headers, body)


def _status(*, fine: bool) -> HTTPStatus:
    return HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE


@asynccontextmanager
async def _served(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=LAST_REQUESTS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise SettingsError(f"HTTP_HOST, HTTP_PORT: {host}:{port} cannot be served on: {reason}") from None
        log.info("serving health and metrics", host=host, port=port)
        yield
    finally:
        await runner.cleanup()
