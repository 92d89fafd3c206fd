"""The loopback Telegram as a server: start reading here. `async with TelegramServer() as server: server.url`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Self

from aiohttp import web

from tests.servers.overheard import LEDGER
from tests.servers.telegram.api import Api
from tests.servers.telegram.bell import Bell
from tests.servers.telegram.faults import Fault, Faults, Refused
from tests.servers.telegram.people import Place, Talker, person
from tests.servers.telegram.refusals import unauthorized
from tests.servers.telegram.state import Call, Json, Room
from tests.servers.telegram.updates import Updates

TEXTS = frozenset({"text", "caption", "url", "secret_token", "file_id", "callback_query_id", "action", "language_code"})
TOKEN = "123:test"
# What counts against Telegram's rate over all chats.
WRITES = frozenset({"sendMessage", "editMessageText", "sendPhoto", "sendDocument", "sendMessageDraft"})
LARGEST_BODY = 64 * 1024 * 1024


class TelegramServer:
    """A Bot API for one bot on a free loopback port, and the world around it.

    Attributes:
        most_a_second: How many writes over all chats are taken in a second; 0: any number.
    """

    def __init__(self, token: str = TOKEN, username: str = "yingda_bot", *, record: bool = True) -> None:
        self.token = token
        LEDGER.now.keeps(token)
        self.username = username
        self.api = Api(username)
        self.calls: list[Call] = []
        self.faults = Faults()
        self.down = False
        self.most_a_second = 0
        self._writes = deque[float]()
        self.patience = 10.0
        self._record = record
        self._bell = Bell()
        self._port = 0
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.*}", self._download)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self._port = runner.addresses[0][1]
        group = await self._stack.enter_async_context(asyncio.TaskGroup())
        delivery = group.create_task(self.updates.deliver())
        self._stack.callback(delivery.cancel)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.updates.close()
        self.faults.clear()
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """What TELEGRAM_API_URL is set to."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def updates(self) -> Updates:
        """What the bot has not acknowledged yet."""
        return self.api.updates

    # Who is there

    def private(self, name: str = "alice", *, language: str = "en", id: int = 0) -> Talker:  # noqa: A002 — Telegram's
        """Return a person in their private chat with the bot."""
        user = person(name, language, id)
        room = self.api.rooms.setdefault(user["id"], Room(user["id"], "private", name))
        return Talker(self, room, user)

    def group(self, title: str = "dev", *, kind: str = "supergroup", forum: bool = False) -> Place:
        """Return a group (`group`, `supergroup`) or `channel`; the same title is the same one."""
        known = next((room for room in self.api.rooms.values() if room.title == title and not room.moved_to), None)
        room = known or Room(-1000 - len(self.api.rooms), kind, title, forum)
        self.api.rooms[room.id] = room
        return Place(self, room)

    # What goes wrong

    def refuses(self, method: str, description: str, status: int = 400, *, times: int = 1, **parameters: Any) -> Fault:
        """Answer the next calls of a method (`*`: any) by an error."""
        return self.faults.add(Fault(method, times, refused=Refused(description, status, **parameters)))

    def floods(self, method: str, seconds: int, *, times: int = 1, chat: int = 0) -> Fault:
        """Answer the next calls (in one chat) by 429 with `retry_after`."""
        refused = Refused(f"Too Many Requests: retry after {seconds}", 429, retry_after=seconds)
        return self.faults.add(Fault(method, times, refused=refused, chat=chat))

    def cuts(self, method: str, *, times: int = 1, done: bool = False) -> Fault:
        """Cut the connections of the next calls, before or after what they ask for is done."""
        return self.faults.add(Fault(method, times, cut="after" if done else "before"))

    def hangs(self, method: str, *, times: int = 1) -> Fault:
        """Do what the next calls ask for, and do not answer them until `release` of the returned fault is set."""
        return self.faults.add(Fault(method, times, hangs=True))

    def babbles(self, method: str, body: bytes, *, times: int = 1) -> Fault:
        """Answer the next calls by 200 and any bytes."""
        return self.faults.add(Fault(method, times, body=body))

    # What happened

    def called(self, method: str) -> list[Call]:
        """Return the calls of a method so far."""
        return [call for call in self.calls if call.method == method]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something holds that calls to the server bring about."""
        assert await self._bell.until(condition, self.patience), f"in vain; called: {[c.method for c in self.calls]}"

    async def acknowledged(self, update: int) -> None:
        """Wait until the bot has acknowledged an update."""
        within = self.updates.bell.until(lambda: self.updates.acknowledged >= update, self.patience)
        assert await within, f"update {update} is not acknowledged"

    # How it answers

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method, began = request.match_info["method"], time.monotonic()
        params = await _params(request)
        fault = self.faults.next(method, int(params.get("chat_id") or 0)) or self._too_many(method, began)
        if fault and fault.cut == "before":
            self._note(method, params, began, 0)
            return _cut(request)
        body = await self._body(request.match_info["token"], method, params, fault)
        status = 200 if body.get("ok") else body["error_code"]
        self._note(method, params, began, status)
        if fault and fault.hangs:
            await fault.release.wait()
        if fault and fault.cut:
            return _cut(request)
        if fault and fault.body is not None:
            return web.Response(body=fault.body, content_type="application/json")
        return web.json_response(body, status=status)

    def _too_many(self, method: str, now: float) -> Fault | None:
        """Return what happens to a write when there have been as many within a second as there may be."""
        if not self.most_a_second or method not in WRITES:
            return None
        while self._writes and now - self._writes[0] >= 1.0:
            self._writes.popleft()
        if len(self._writes) >= self.most_a_second:
            return Fault(method, 1, refused=Refused("Too Many Requests: retry after 1", 429, retry_after=1))
        self._writes.append(now)
        return None

    async def _body(self, token: str, method: str, params: Json, fault: Fault | None) -> Json:
        refused = self._refused(token, fault)
        if refused:
            return refused.json()
        try:
            return {"ok": True, "result": await self.api.call(method, params)}
        except Refused as refused:
            return refused.json()

    def _refused(self, token: str, fault: Fault | None) -> Refused | None:
        if self.down:
            return Refused("Bad Gateway", 502)
        if token != self.token:
            return unauthorized()
        return fault.refused if fault else None

    def _note(self, method: str, params: Json, began: float, status: int) -> None:
        if self._record:
            self.calls.append(Call(method, params, began, status))
        self._bell.ring()
        room = self.api.rooms.get(int(params.get("chat_id") or 0))
        if room:
            room.bell.ring()

    async def _download(self, request: web.Request) -> web.Response:
        known = self.api.files.get(request.match_info["path"].removeprefix("files/"))
        if request.match_info["token"] != self.token or known is None:
            return web.json_response(Refused("Not Found", 404).json(), status=404)
        return web.Response(body=known[1])


async def _params(request: web.Request) -> Json:
    """Return the parameters of a call: of the address, a form, a multipart form, or JSON."""
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        params |= await request.json()
    else:
        for name, value in (await request.post()).items():
            params[name] = (value.filename, value.file.read()) if isinstance(value, web.FileField) else value
    return {name: value if name in TEXTS else _decoded(value) for name, value in params.items()}


def _decoded(value: Any) -> Any:
    """Return a parameter that is not a text as the JSON that it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
