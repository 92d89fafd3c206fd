"""The loopback Discord's server: its addresses, its door, and what can be made to go wrong at it."""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable
from typing import Any, Self

from aiohttp import BodyPartReader, web

from tests.servers.discord.faults import CUT, Fault, patience_of
from tests.servers.discord.interactions import Interactions
from tests.servers.discord.people import Seat
from tests.servers.discord.rest import Files, Handler, Rest
from tests.servers.discord.rules import Refusal
from tests.servers.discord.state import Call, State
from tests.servers.discord.world import FORUM, JSON, MANAGE_GUILD, TEXT, THREAD, Channel, Guild

API = "/api/v10"


class DiscordServer(State):
    """A Discord on a free port of this machine, while it is entered.

    Attributes:
        limit, window: So many calls to one route of one channel in so many seconds; more get a 429.
        faults: What goes wrong, and has not happened yet.
        stalled: The calls whose `METHOD path` matches a key wait until its event is set.
        via: Whether answers carry the header by which discord.py tells Discord's 429 from Cloudflare's.
    """

    def __init__(self, *, limit: int = 50, window: float = 1.0, identify_window: float = 0.0) -> None:
        super().__init__("test-token")
        self.limit, self.window = limit, window
        self.gateway.window = identify_window
        self.via = True
        self.faults: deque[Fault] = deque()
        self.stalled: dict[str, asyncio.Event] = {}
        self._windows: dict[str, tuple[float, int]] = {}
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._handlers: list[tuple[str, re.Pattern[str], Handler, bool]] = [
            (method, _pattern(path), handler, guarded)
            for routes, guarded in ((Rest(self).routes, True), (Interactions(self).routes, False))
            for (method, path), handler in routes.items()
        ]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Come up, at the port of the last time; everything is still known."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/gateway{slash:/?}", self.gateway.serve)
        app.router.add_get("/attachments/{id}/{name}", self._download)
        app.router.add_route("*", API + "/{path:.*}", self._call)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._port = port
        self.url = f"http://{host}:{port}"
        self.gateway.url = f"ws://{host}:{port}/gateway/"

    async def stop(self) -> None:
        """Go down, cutting every connection."""
        assert self._runner is not None
        self.gateway.cut()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return self.url + API

    @property
    def environment(self) -> dict[str, str]:
        """What points the bot here."""
        return {"DISCORD_TOKEN": self.token, "DISCORD_API_URL": self.api_url, "DISCORD_GATEWAY_URL": self.gateway.url}

    def dm(self, name: str, locale: str = "en-US") -> Seat:
        """Return a person writing to the bot in private."""
        user = self.user(name, locale)
        return Seat(self, user, self.direct(user))

    def text_channel(self, guild: Guild, name: str = "general") -> Channel:
        return self.channel(TEXT, name, guild)

    def forum(self, guild: Guild, name: str = "help") -> Channel:
        return self.channel(FORUM, name, guild)

    def thread(self, parent: Channel, name: str = "a thread") -> Channel:
        """Return a thread of a channel or a post of a forum; `announce` it when clients are connected already."""
        return self.channel(THREAD, name, parent.guild, parent)

    def member(self, channel: Channel, name: str, locale: str = "en-US", *, admin: bool = False) -> Seat:
        """Return a member of the guild sitting in one of its channels."""
        user, guild = self.user(name, locale), channel.guild
        assert guild is not None
        roles = guild.members.setdefault(user.id, [])
        guild.users[user.id] = user
        if admin and not roles:
            roles.append(self.role(guild, "moderators", MANAGE_GUILD))
        return Seat(self, user, channel)

    def fail(self, path: str, status: int, body: JSON | None = None, *, times: int = 1, after: bool = False) -> None:
        """Answer the next calls whose `METHOD path` matches with an error (`CUT`: hang up; `after`: having done it)."""
        self.faults.append(Fault(re.compile(path), status, body or {"code": 0, "message": "failed"}, times, after))

    def slow_down(self, path: str, seconds: float, *, times: int = 1, everywhere: bool = False) -> None:
        """Answer the next calls that match with 429."""
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
        self.fail(path, 429, body, times=times)

    def stall(self, path: str) -> asyncio.Event:
        """Let calls whose `METHOD path` matches hang, from now on until the event is set."""
        self.stalled[path] = asyncio.Event()
        return self.stalled[path]

    async def connects(self, times: int = 1) -> None:
        """Wait until a client has identified itself so many times."""
        await self.until(lambda: self.gateway.identified >= times and self.gateway.connected, lambda: "nobody connects")

    async def calls_to(self, path: str, count: int = 1) -> list[Call]:
        """Wait for so many calls whose `METHOD path` matches, and return them."""

        def found() -> list[Call]:
            calls = self.called(path)
            return calls if len(calls) >= count else []

        return await self.until(found, lambda: f"no {count} calls to {path} in {[each.path for each in self.calls]}")

    def called(self, path: str) -> list[Call]:
        return [each for each in self.calls if re.search(path, f"{each.method} {each.path}")]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(API)
        body, files = await _content(request)
        headers = self._limits(request.method, path)
        await self._stalled(f"{request.method} {path}")
        fault = self._fault(f"{request.method} {path}")
        if fault and not fault.after:
            return self._record(request, path, body, fault.status, fault.body, {**headers, **patience_of(fault.body)})
        try:
            self._let_in(headers)
            answer = await self._handler(request, path)(body, files)
            status = 204 if answer is None else 200
        except Refusal as refusal:
            status, answer = refusal.status, refusal.body
            headers |= patience_of(refusal.body)
        if fault:
            status, answer = fault.status, fault.body
        return self._record(request, path, body, status, answer, headers)

    def _handler(self, request: web.Request, path: str) -> Callable[[Any, Files], Any]:
        for method, pattern, handler, guarded in self._handlers:
            match = pattern.fullmatch(path)
            if match is None or method != request.method:
                continue
            if guarded and request.headers.get("Authorization") != f"Bot {self.token}":
                raise Refusal(401, 0, "401: Unauthorized")
            ids = match.groupdict()
            return lambda body, files, handler=handler, ids=ids: handler(ids, body, files)  # type: ignore[misc]  # mypy cannot infer defaults of a lambda
        raise Refusal(404, 0, "404: Not Found")

    def _record(
        self, request: web.Request, path: str, body: Any, status: int, answer: Any, headers: dict[str, str]
    ) -> web.StreamResponse:
        now = asyncio.get_running_loop().time()
        self.calls.append(Call(request.method, path, body, status, now))
        self.tell()
        if status == CUT:
            assert request.transport is not None
            request.transport.abort()
        if answer is None:
            return web.Response(status=204, headers=headers)
        # Discord names no charset, and clients compare the whole header.
        text = json.dumps(answer).encode()
        return web.Response(status=status or 500, body=text, content_type="application/json", headers=headers)

    def _let_in(self, headers: dict[str, str]) -> None:
        if int(headers["X-RateLimit-Remaining"]) >= 0:
            return
        headers["X-RateLimit-Remaining"] = "0"
        refusal = Refusal(429, 0, "You are being rate limited.")
        refusal.body |= {"retry_after": float(headers["X-RateLimit-Reset-After"]), "global": False}
        raise refusal

    async def _stalled(self, call: str) -> None:
        for pattern, released in self.stalled.items():
            if re.search(pattern, call):
                self.tell()
                await released.wait()

    def _fault(self, call: str) -> Fault | None:
        for fault in self.faults:
            if fault.pattern.search(call):
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return fault
        return None

    def _limits(self, method: str, path: str) -> dict[str, str]:
        """Count the call in its bucket and return what Discord says of it in headers."""
        bucket = f"{method} {re.sub(r'/messages/[0-9]+', '/messages/id', path)}"
        now = asyncio.get_running_loop().time()
        opened, used = self._windows.get(bucket, (now, 0))
        if now - opened >= self.window:
            opened, used = now, 0
        self._windows[bucket] = (opened, used + 1)
        rest = self.window - (now - opened)
        return {
            "X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remaining": str(self.limit - used - 1),
            "X-RateLimit-Reset-After": f"{rest:.3f}", "X-RateLimit-Bucket": f"{abs(hash(bucket)):x}",
        } | ({"Via": "1.1 loopback"} if self.via else {})  # fmt: skip

    async def _download(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["id"])
        return web.Response(status=404) if content is None else web.Response(body=content)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


async def _content(request: web.Request) -> tuple[Any, Files]:
    if request.content_type != "multipart/form-data":
        text = await request.text()
        return (json.loads(text) if text else dict(request.query)), {}
    body: Any = {}
    files: Files = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read())
        if part.name == "payload_json":
            body = json.loads(data)
        else:
            files[part.filename or ""] = data
    return body, files
