"""Which process this is among those on one Redis, and whether another one is still alive."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bot.held_file import hold
from bot.store import Store, key

BEAT_SECONDS = 1.0
ALIVE_MILLISECONDS = 4_000


@dataclass(frozen=True, slots=True)
class Replica:
    """A process. `name` stays over a restart in the same place, `boot` does not."""

    name: str
    boot: str

    async def announce(self, store: Store) -> None:
        """Say that the process of this name that ran before is dead: we hold what it held."""
        slot = key("boot", tag=f"replica:{self.name}")
        before = await store.attempt(lambda: store.client.getset(slot, self.boot), None)
        if before:
            await store.attempt(lambda: store.client.delete(_alive_key(before)), 0)
        await self._beat(store)

    async def beat(self, store: Store) -> None:
        """Say once a second, for ever, that this process is alive."""
        while True:
            await self._beat(store)
            await asyncio.sleep(BEAT_SECONDS)

    async def _beat(self, store: Store) -> None:
        await store.attempt(lambda: store.client.set(_alive_key(self.boot), self.name, px=ALIVE_MILLISECONDS), None)


async def is_alive(store: Store, boot: str) -> bool:
    """Return whether a process has said within the last seconds that it is alive; when in doubt, it is."""
    return bool(await store.attempt(lambda: store.client.exists(_alive_key(boot)), 1))


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
        data_dir.mkdir(parents=True, exist_ok=True)
        place, lock = next((number, lock) for number in count() if (lock := hold(data_dir / f"replica-{number}")))
    except OSError:
        yield stranger()
        return
    with lock:
        where = hashlib.blake2b(str(data_dir.resolve()).encode(), digest_size=4).hexdigest()
        yield Replica(f"{socket.gethostname()}-{where}-{place}", uuid.uuid4().hex)


def _alive_key(boot: str) -> str:
    return key("alive", tag=f"replica:{boot}")
