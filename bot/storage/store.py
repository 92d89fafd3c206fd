"""The one connection to Redis, which may go away and come back. Opened by `bot/storage/embedded.py`."""

from __future__ import annotations

import asyncio
import math
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException, RedisError
from redis.exceptions import TimeoutError as RedisSilentError

from bot.storage.cluster import REST_SECONDS, Nodes
from bot.storage.connection import PUNCTUAL, Answers, Command, Link, Value
from bot.storage.refusal import KEEPS_NOTHING, cause_of, is_refusal
from bot.telemetry.metrics import Metrics

T = TypeVar("T")
# Looks at a new connection, and raises `RedisError` where nothing may be done by it.
Guard = Callable[[Any], Awaitable[None]]
log = structlog.get_logger(__name__)

VERSION = "y1"
YES = ("1", "true", "yes")
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.0
QUEUE_SECONDS = 5.0
CONNECTIONS = 256
# Seconds after it last said so in which an answer does not count: each process writes once a second. The same holds for
# a cluster of which one node has failed and another answers.
DOUBT_SECONDS = 3.0


class StoreError(RuntimeError):
    """The store cannot be opened. The message says why and what to do."""


class StoreBusyError(StoreError):
    """The data directory is in use by another process."""


class Store:
    """Redis, which may go away and come back: work on it then has no effect, is warned of once, and heals by itself."""

    def __init__(
        self, client: Any, address: str, url: str = "", metrics: Metrics | None = None, *, quiet: bool = False
    ) -> None:
        # Any: the client's types do not know what decode_responses makes of an answer.
        self.client: Any = client
        self.address = address
        # With its password: for other processes of this bot only, never for a log.
        self.url = url
        self._seconds = (metrics or Metrics()).redis.seconds
        self._quiet = quiet
        # A cluster has no one connection that could be asked everything, and may be away in part.
        self._parted = isinstance(client, RedisCluster)
        self._link = Nodes(client) if self._parted else Link(client.connection_pool)
        self._away_since: float | None = None
        self._back_since: float | None = None
        self._rest_until = 0.0
        self._doubt_until = 0.0
        self._refused = set[tuple[str, str]]()

    def apart(self) -> Store:
        """Return the same store with connections of its own, for another event loop. Close it after use."""
        pool = self.client.connection_pool
        own = type(pool)(connection_class=pool.connection_class, timeout=QUEUE_SECONDS, **pool.connection_kwargs)
        return Store(Redis.from_pool(own), self.address)

    async def close(self) -> None:
        """Close all connections."""
        await self._link.close()
        await self.client.aclose()

    def is_away(self) -> bool:
        """Return whether the last work on it failed, or some work lately because it can keep nothing."""
        return self._away_since is not None

    @property
    def resting(self) -> bool:
        """Whether nothing at all is even sent now. Of a cluster each node rests by itself."""
        return time.monotonic() < self._rest_until

    def rests(self, slot: str) -> bool:
        """Return whether nothing that is about a key is even sent now."""
        return self.resting or (isinstance(self._link, Nodes) and self._link.rests(slot))

    def seconds_back(self) -> float:
        """Return for how long it has answered again since it was away; endless where it never was."""
        if self.is_away():
            return 0.0
        return math.inf if self._back_since is None else time.monotonic() - self._back_since

    def halt(self) -> None:
        """Let no work be tried any more until `resume`: what is kept there is not for this process."""
        self._away_since = self._away_since or time.monotonic()
        self._rest_until = math.inf

    def resume(self) -> None:
        """Let work be tried again."""
        self._rest_until = 0.0

    async def attempt(self, work: Callable[[], Awaitable[T]], default: T) -> T:
        """Return what the work returns, or the default while Redis is away, or where it refuses a command of it.

        After a failure the work is not even tried for a second, so that no message waits for a dead server; of a
        cluster each node is given that second by itself, and only of what is sent.
        """
        if self.resting:
            return default
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        began = time.monotonic()
        try:
            value = await work()
        except (RedisError, RedisClusterException, OSError, TimeoutError, AttributeError) as error:
            if isinstance(error, AttributeError) and not _within_client(error):
                raise
            if is_refusal(error):
                self._tell_refusal(error)
            elif not _stood_still(error, time.monotonic() - began):
                self._failed(error)
            value = default
        else:
            self._succeeded()
        self._seconds.observe(time.monotonic() - began)
        if task and task.cancelling() > before:
            # redis-py 8.1 was seen to swallow a cancellation that came while it connected.
            raise asyncio.CancelledError
        return value

    def _succeeded(self) -> None:
        if self._away_since is not None and time.monotonic() >= self._doubt_until:
            self._back_since = time.monotonic()
            log.info("redis is back", seconds=round(self._back_since - self._away_since, 1))
            self._away_since = None

    async def write(self, *commands: Command) -> bool:
        """Send commands in one round trip. Return False, with nothing promised of them, when Redis fails."""
        return await self.send(*commands) is not None

    async def ask(self, *command: Value, default: T) -> T:
        """Return what Redis answers to one command, or the default while it is away."""
        answers = await self.send(command)
        return default if answers is None else answers[0]

    async def send(self, *commands: Command) -> Answers | None:
        """Send commands in one round trip. Return their answers; None, with nothing promised, when Redis fails."""
        return await self.attempt(lambda: self._link.ask(commands), None) if commands else []

    def _tell_refusal(self, error: Exception) -> None:
        """Log once which command is refused: Redis is there, so it is a bug, or a right that is missing."""
        command, cause = next(iter(getattr(error, "__notes__", ())), "?"), cause_of(error)
        if (command, cause) not in self._refused:
            self._refused.add((command, cause))
            log.error("redis refuses a command", command=command, cause=cause)

    def _failed(self, error: Exception) -> None:
        now = time.monotonic()
        if not self._parted:
            self._rest_until = max(self._rest_until, now + REST_SECONDS)
        cause = cause_of(error)
        if self._parted or cause in KEEPS_NOTHING:
            self._doubt_until = now + DOUBT_SECONDS
        if self._away_since is None:
            self._away_since = now
            if self._quiet:
                return
            log.warning("redis is away: memory is empty, options hold as last known", cause=cause)


def _stood_still(error: Exception, seconds: float) -> bool:
    """Return whether the time ran out so late that this process stood still: that tells nothing about Redis.

    Who took Redis for away then would go on with what others have taken over meanwhile.
    """
    return isinstance(error, TimeoutError | RedisSilentError) and seconds > ANSWER_SECONDS + PUNCTUAL


def _within_client(error: AttributeError) -> bool:
    """Return whether the client stumbled over itself.

    When a node goes away, redis-py 8.1 closes all connections to the cluster, also those that others are just opening;
    what these raise is no error of Redis' then, but "'NoneType' object has no attribute 'writelines'".
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and str(frames[-1].f_globals.get("__name__", "")).startswith("redis.")


def key(*parts: str, tag: str) -> str:
    """Return a key in the slot of `tag` (an already encoded text): `y1:{tag}:part`."""
    return ":".join((VERSION, f"{{{tag}}}", *parts))


def make_client(url: str, guard: Guard | None = None) -> Any:
    """Return a client that never repeats a write on its own and never waits long; of a cluster for `?cluster=true`.

    When many turns come at once, they wait for one of its connections; a plain pool would refuse them. Each connection
    is given to `guard` (which begins by `connection.on_connect()`) before anything is done by it.
    """
    plain, is_cluster = _is_cluster(url)
    common: dict[str, Any] = {
        "max_connections": CONNECTIONS,
        "decode_responses": True,
        "protocol": 3,
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": ANSWER_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "health_check_interval": 0,
    }
    if is_cluster:
        client: Any = RedisCluster.from_url(plain, **common)
        for each in (client, *client.startup_nodes) if guard else ():
            each.connection_kwargs["redis_connect_func"] = guard  # its constructor does not take it
        return client
    if guard:
        common["redis_connect_func"] = guard
    return Redis.from_pool(BlockingConnectionPool.from_url(plain, timeout=QUEUE_SECONDS, **common))


def _is_cluster(url: str) -> tuple[str, bool]:
    """Return an address without `cluster=…`, and what that said."""
    parts = urlsplit(url)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    rest = [(name, value) for name, value in asked if name != "cluster"]
    is_cluster = any(value.lower() in YES for name, value in asked if name == "cluster")
    return urlunsplit(parts._replace(query=urlencode(rest))) if len(rest) < len(asked) else url, is_cluster
