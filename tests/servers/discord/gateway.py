"""The gateway: sessions over WebSockets with zlib-stream, heartbeats, resuming."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.servers.discord.world import JSON, Guild, User

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = (1 << 1) | (1 << 8) | MESSAGE_CONTENT


def on_shard(guild: str | int, shard: tuple[int, int]) -> bool:
    """Return whether the events of a guild (0: what is said in private) come on a shard, the number of so many."""
    return (int(guild) >> 22) % shard[1] == shard[0]


class Link:
    """One WebSocket, with the compression that its client asked for. A dead one is open, and nothing happens on it."""

    def __init__(self, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self.socket = socket
        self.dead = False
        self._compressor = zlib.compressobj() if compressed else None
        self._sending = asyncio.Lock()

    async def send(self, payload: JSON) -> None:
        text = json.dumps(payload)
        async with self._sending:
            if self.socket.closed or self.dead:
                return
            with contextlib.suppress(ConnectionError):  # the client is gone; it will resume
                if self._compressor is None:
                    await self.socket.send_str(text)
                else:
                    data = self._compressor.compress(text.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(data)


@dataclass(eq=False)
class Session:
    """What survives a lost connection: what was sent, in its order."""

    id: str
    intents: int
    link: Link | None
    shard: tuple[int, int] = (0, 1)
    events: list[JSON] = field(default_factory=list)

    def concerns(self, data: JSON) -> bool:
        """Return whether an event comes over this session's shard: that of its guild, or the first."""
        return on_shard(data.get("guild_id") or 0, self.shard)

    async def dispatch(self, event: str, data: JSON) -> None:
        payload = {"op": DISPATCH, "t": event, "s": len(self.events) + 1, "d": data}
        self.events.append(payload)
        if self.link:
            await self.link.send(payload)


class Gateway:
    """The gateway's state, and what can be made to go wrong.

    Attributes:
        allowed: Privileged intents that are switched on for the application.
        acknowledges: Whether heartbeats are answered.
        shards: How many are recommended.
        at_once, window: So many sessions may be begun in so many seconds, one of each bucket of shards.
        ends: The code that every new connection is closed with at once, before anything is said; 0: it is not.
        rewind: How many events that were already received a resume sends once more.
        heartbeats, identified, resumed: What was counted.
        hasty: How often a session was begun too early.
    """

    def __init__(self, token: str, bot: User, application: str, guilds: list[Guild], tell: Callable[[], None]) -> None:
        self.token, self.bot, self.application, self.guilds, self._tell = token, bot, application, guilds, tell
        self.url = ""
        self.shards = 1
        self.at_once, self.window = 1, 0.0
        self._begun: dict[int, float] = {}
        self.allowed = PRIVILEGED
        self.interval = 41.25
        self.acknowledges = True
        self.ends = 0
        self.rewind = 0
        self.hasty = self.heartbeats = self.identified = self.resumed = self.connections = 0
        self.intents = 0
        self.sessions: dict[str, Session] = {}
        self.paths: list[str] = []

    @property
    def connected(self) -> list[Session]:
        return [each for each in self.sessions.values() if each.link]

    async def dispatch(self, event: str, data: Callable[[int], JSON | None]) -> None:
        """Send an event to every session; `data` is made for its intents, None where it does not get it."""
        for session in tuple(self.sessions.values()):
            if (payload := data(session.intents)) is not None and session.concerns(payload):
                await session.dispatch(event, payload)

    async def reconnect(self) -> None:
        """Ask every client to connect again."""
        for session in self.connected:
            await self._link(session).send({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is over."""
        for session in self.connected:
            link = self._link(session)
            if not resumable:
                self.sessions.pop(session.id)
            await link.send({"op": INVALID_SESSION, "d": resumable})

    async def close(self, code: int = 4000) -> None:
        """Close every connection with a code."""
        for session in self.connected:
            await self._link(session).socket.close(code=code)

    def cut(self) -> None:
        """Cut every connection without a word."""
        for session in self.connected:
            request = self._link(session).socket._req
            if request and request.transport:
                request.transport.abort()

    def die(self) -> None:
        """Let every connection stay open, and neither say nor hear anything more."""
        for session in self.connected:
            self._link(session).dead = True

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0, autoclose=True)
        await socket.prepare(request)
        link = Link(socket, compressed=request.query.get("compress") == "zlib-stream")
        self.connections += 1
        self.paths.append(request.path_qs)
        if self.ends:
            self._tell()
            await socket.close(code=self.ends)
            return socket
        await link.send({"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": int(self.interval * 1000)}})
        try:
            await self._converse(link)
        finally:
            for session in self.sessions.values():
                session.link = None if session.link is link else session.link
            self._tell()
        return socket

    async def _converse(self, link: Link) -> None:
        while True:
            try:
                message = await link.socket.receive(timeout=self.interval * 1.5)
            except TimeoutError:
                await link.socket.close(code=4009)
                return
            if link.dead:
                await asyncio.Event().wait()
            if message.type is not WSMsgType.TEXT:
                return
            await self._take(link, json.loads(message.data))
            self._tell()

    async def _take(self, link: Link, payload: JSON) -> None:
        match payload["op"]:
            case 1:
                self.heartbeats += 1
                if self.acknowledges:
                    await link.send({"op": HEARTBEAT_ACK, "s": None, "t": None, "d": None})
            case 2:
                await self._identify(link, payload["d"])
            case 6:
                await self._resume(link, payload["d"])

    async def _identify(self, link: Link, asked: JSON) -> None:
        if asked["token"] != self.token:
            await link.socket.close(code=4004)
            return
        if asked["intents"] & PRIVILEGED & ~self.allowed:
            await link.socket.close(code=4014)
            return
        number, shards = asked.get("shard") or (0, 1)
        if self._too_early(number % self.at_once):
            await link.send({"op": INVALID_SESSION, "s": None, "t": None, "d": False})
            return
        self.intents = asked["intents"]
        session = Session(secrets.token_hex(8), self.intents, link, (number, shards))
        self.sessions[session.id] = session
        self.identified += 1
        here = [each for each in self.guilds if session.concerns({"guild_id": each.id})]
        away = [{"id": each.id, "unavailable": True} for each in here]
        await session.dispatch("READY", {
            "v": 10, "user": self.bot.json(), "guilds": away, "session_id": session.id, "private_channels": [],
            "resume_gateway_url": self.url, "application": {"id": self.application, "flags": 0},
            "session_type": "normal", "relationships": [], "presences": [],
        })  # fmt: skip
        for guild in here:
            await session.dispatch("GUILD_CREATE", guild.json(self.bot))

    def _too_early(self, bucket: int) -> bool:
        now = asyncio.get_running_loop().time()
        early = now - self._begun.get(bucket, -self.window) < self.window
        self.hasty += early
        self._begun[bucket] = self._begun[bucket] if early else now
        return early

    async def _resume(self, link: Link, asked: JSON) -> None:
        session = self.sessions.get(asked["session_id"])
        if session is None or asked["token"] != self.token or asked["seq"] is None:
            await link.send({"op": INVALID_SESSION, "s": None, "t": None, "d": False})
            return
        self.resumed += 1
        sent = max(0, asked["seq"] - self.rewind)
        while sent < len(session.events):  # more may come while these are sent
            await link.send(session.events[sent])
            sent += 1
        session.link = link
        await session.dispatch("RESUMED", {})

    @staticmethod
    def _link(session: Session) -> Link:
        assert session.link is not None
        return session.link
