"""Which process this is among those on one Redis, which others are alive, and how one leaves another a note."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bot.config.private_files import make_private
from bot.storage.file_lock import hold
from bot.storage.store import Store, key

BEAT_SECONDS = 1.0
ALIVE_MILLISECONDS = 4_000
# When nobody at all has said so for this long, nobody could. It is less than the above, so that who comes back a moment
# later than the others is not taken for dead meanwhile.
OUTAGE_MILLISECONDS = 2_500
# Seconds after Redis was away within which everybody has said again that it is alive, what it holds, and what it has
# done meanwhile. Nobody takes anything over before.
REUNION_SECONDS = 3.0
# Seconds after which a process that Redis has told nothing takes itself for the only one.
LONELY_SECONDS = 5.0
NOTE_SECONDS = 60
MOST_NOTES = 100
ALIVE = key("alive", tag="replicas")

# KEYS alive; ARGV milliseconds, milliseconds of an outage, boot (or nothing). Says that a process is alive, and returns
# all that are, by the server's clock. Where nobody has said so for so long, it is the server that was away: the first
# who says so again takes nobody for dead yet. Where the server's clock was set back, or another server's is behind, who
# spoke in the future has spoken now. Who only looks changes nothing.
BEAT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[3] then
  for _, boot in ipairs(redis.call('ZRANGE', KEYS[1], now + 1, '+inf', 'BYSCORE')) do
    redis.call('ZADD', KEYS[1], now, boot)
  end
  local latest = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
  if latest and now - latest > tonumber(ARGV[2]) then
    for _, boot in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('ZADD', KEYS[1], now, boot) end
  end
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])
end
return redis.call('ZRANGE', KEYS[1], now - ARGV[1], '+inf', 'BYSCORE')
"""


@dataclass(frozen=True, slots=True)
class Replica:
    """A process. `name` stays over a restart in the same place, `boot` does not."""

    name: str
    boot: str


@dataclass(slots=True)
class Presence:
    """A process among the others. `alive` are the boots of all, its own included, as of a second ago."""

    store: Store
    replica: Replica
    alive: frozenset[str] = field(default_factory=frozenset)
    _since: float = field(default_factory=time.monotonic)

    @property
    def alone(self) -> bool:
        """Whether there is nobody else: so Redis has said, or has said nothing for a while."""
        return len(self.alive) == 1 or (not self.alive and time.monotonic() - self._since > LONELY_SECONDS)

    @property
    def several(self) -> bool:
        """Whether there is any other process to agree with."""
        return len(self.alive) > 1

    async def announce(self) -> None:
        """Say that the process of this name that ran before is dead: we hold what it held."""
        slot = key("boot", tag=f"replica:{self.replica.name}")
        before: str | None = await self.store.ask("GETSET", slot, self.replica.boot, default=None)
        if before:
            await self.store.write(("ZREM", ALIVE, before))
        await self._beat()

    async def beat(self) -> None:
        """Say once a second, for ever, that this process is alive."""
        while True:
            await self._beat()
            await asyncio.sleep(BEAT_SECONDS)

    async def leave(self) -> None:
        """Say that this process has ended: what it holds is free."""
        await self.store.write(("ZREM", ALIVE, self.replica.boot))

    async def _beat(self) -> None:
        found = await alive(self.store, self.replica.boot) or self.alive
        # A server that has come back empty knows of nobody who has not spoken yet.
        self.alive = found | self.alive if self.store.seconds_back() < REUNION_SECONDS else found


async def alive(store: Store, *boot: str, doing: str = "") -> frozenset[str] | None:
    """Return who has said within the last seconds that it is alive (`boot` does so now); None with Redis away.

    With `doing`, only who has said that it takes part in that.
    """
    slot = doing_key(doing) if doing else ALIVE
    bounds = ALIVE_MILLISECONDS, OUTAGE_MILLISECONDS
    found: list[str] | None = await store.ask("EVAL", BEAT, 1, slot, *bounds, *boot, default=None)
    return None if found is None else frozenset(found)


async def tell(store: Store, boot: str, note: str) -> None:
    """Leave a note for another process, which reads it within a fraction of a second."""
    await store.write(("RPUSH", _notes_key(boot), note), ("EXPIRE", _notes_key(boot), NOTE_SECONDS))


async def told(store: Store, boot: str) -> list[str]:
    """Return the notes that others have left for a process, the oldest first."""
    notes: list[str] | None = await store.ask("LPOP", _notes_key(boot), MOST_NOTES, default=None)
    return notes or []


def stranger() -> Replica:
    """Return a replica that never ran before and never will again."""
    boot = uuid.uuid4().hex
    return Replica(boot, boot)


@contextmanager
def held_replica(data_dir: Path) -> Iterator[Replica]:
    """Hold the first free place of a data directory: whoever held that place before is dead, or else it were not free.

    Where the directory cannot be written to, the process is one that never ran before.
    """
    try:
        make_private(data_dir)
        place, lock = next((number, lock) for number in count() if (lock := hold(data_dir / f"replica-{number}")))
    except OSError:
        yield stranger()
        return
    with lock:
        where = hashlib.blake2b(str(data_dir.resolve()).encode(), digest_size=4).hexdigest()
        yield Replica(f"{socket.gethostname()}-{where}-{place}", uuid.uuid4().hex)


def doing_key(doing: str) -> str:
    """Return where it is kept who takes part in something."""
    return key("alive", tag=f"replicas:{doing}")


def _notes_key(boot: str) -> str:
    return key("notes", tag=f"replica:{boot}")
