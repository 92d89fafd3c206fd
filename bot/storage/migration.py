"""Data of an older layout are brought to this version's, step by step, by one process. Start at `prepared`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from redis.exceptions import LockError

from bot.queue.replica import alive
from bot.storage.backup_entries import Entry, is_entry, kept, put
from bot.storage.schema import FIRST, MARK, MIGRATING, STEPS, Step, Steps, version_of
from bot.storage.store import Store, StoreError, key, make_client

log = structlog.get_logger(__name__)

LOCK = key("lock", tag="schema")
LOCK_SECONDS = 10.0
LOOK_SECONDS = 1.0
# For so long a process that cannot be reached counts as alive for the others (and some).
CUT_OFF_SECONDS = 5.0
TELL_EVERY = 10_000  # keys
AWAY = "away"


async def prepared(store: Store, steps: Steps = STEPS) -> bool:
    """Mark an empty store with the layout that this version writes; migrate an older one, or wait for who does.

    It may be broken off at any instant and called again. Return False where Redis is away.

    Raises:
        StoreError: Only another version of the bot can do something with what is kept.
    """
    known = FIRST + len(steps)
    async with _unguarded(store) as bare:
        told = False
        while (mark := await _mark(bare) or await _marked_first(bare, known)) not in (AWAY, str(known)):
            version = version_of(mark, store.address, known)
            if not told:
                log.warning("the data have an older layout", layout=mark, known=known)
                told = True
            if not await _migrated(bare, version, steps):
                await asyncio.sleep(LOOK_SECONDS)
    return mark == str(known)


async def until_strange(store: Store, steps: Steps = STEPS) -> StoreError:
    """Look every second whether the data are of this version's layout (yet); what may be done about it, is done.

    Returns:
        Why this process can only end. What is under way may be finished where a newer version waits for it.
    """
    known = FIRST + len(steps)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if (mark := await _mark(store)) == str(known):
            continue
        if mark != AWAY and not _waited_for(store, mark, known):
            store.halt()
        try:
            if await prepared(store, steps):
                store.resume()
        except StoreError as error:
            return error


def upgraded(entries: Iterable[Entry], version: int, steps: Steps = STEPS) -> Iterable[Entry]:
    """Return entries of a layout as those of the newest that the steps lead to."""
    for step in steps[version - FIRST :]:
        entries = _stepped(entries, step)
    return entries


def _stepped(entries: Iterable[Entry], step: Step) -> Iterator[Entry]:
    for entry in entries:
        for new in step(dict(entry)):
            if not is_entry(new):
                raise ValueError(f"a migration makes no key of {entry['key']!r} that could be written")
            yield new


def _waited_for(store: Store, mark: str, known: int) -> bool:
    """Return whether a newer version waits for this process to end: not if it was away, and perhaps taken for dead."""
    return mark.startswith(f"{known}{MIGRATING}") and store.seconds_back() > CUT_OFF_SECONDS


async def _mark(store: Store) -> str:
    """Return what the data say of their layout; nothing where there is no mark."""
    return await store.attempt(lambda: store.client.get(MARK), AWAY) or ""


async def _marked_first(bare: Store, known: int) -> str:
    """Mark data that have no mark: they are of the first layout, or there are none yet. Return the mark."""

    async def mark() -> str:
        async for _ in kept(bare.client):
            version = FIRST
            break
        else:
            version = known
        await bare.client.set(MARK, version, nx=True)
        return str(await bare.client.get(MARK) or AWAY)

    return await bare.attempt(mark, AWAY)


async def _migrated(bare: Store, version: int, steps: Steps) -> bool:
    """Migrate by one step, if no other process is about it. Return False where one is, or Redis failed."""
    lock = bare.client.lock(LOCK, timeout=LOCK_SECONDS, blocking=False, thread_local=False)

    async def work() -> bool:
        if not await lock.acquire():
            return False
        try:
            # Another may have done this step while the lock was asked for.
            if str(await bare.client.get(MARK)).partition(MIGRATING)[0] == str(version):
                await _step(bare, lock, version, steps[version - FIRST])
        finally:
            with suppress(LockError):
                await lock.release()
        return True

    try:
        return await bare.attempt(work, default=False)
    except LockError:
        log.warning("the migration has taken too long here and is another process's now")
        return False


async def _step(bare: Store, lock: Any, version: int, step: Step) -> None:
    """Bring everything from one layout to the next.

    The mark first says so to all processes that know the old one: they see it within a second, finish and end.
    """
    client, seen, changed = bare.client, 0, 0
    await client.set(MARK, f"{version}{MIGRATING}{version + 1}")
    while (living := await alive(bare)) != frozenset():
        log.warning("processes of the older version must end before the data are migrated", alive=len(living or ()))
        await lock.extend(LOCK_SECONDS, replace_ttl=True)
        await asyncio.sleep(LOOK_SECONDS)
    async for entries in kept(client):
        await lock.extend(LOCK_SECONDS, replace_ttl=True)
        changed += await _rewrite(client, entries, step)
        before, seen = seen, seen + len(entries)
        if seen // TELL_EVERY > before // TELL_EVERY:
            log.info("migrating the data", layout=version + 1, seen=seen, changed=changed)
    await lock.extend(LOCK_SECONDS, replace_ttl=True)
    await client.set(MARK, version + 1)
    log.info("the data are migrated", layout=version + 1, seen=seen, changed=changed)


async def _rewrite(client: Any, entries: list[Entry], step: Step) -> int:
    """Write what a step changes, and only then delete what has another name now. Return how many keys that were."""
    new, gone = [], []
    for entry in entries:
        became = list(_stepped([entry], step))
        new += [each for each in became if each != entry]
        gone += [entry["key"]] if all(each["key"] != entry["key"] for each in became) else []
    await put(client, new, gone)
    return len({*(each["key"] for each in new), *gone})


@asynccontextmanager
async def _unguarded(store: Store) -> AsyncIterator[Store]:
    """Open the same store with connections that work whatever the layout is."""
    bare = Store(make_client(store.url), store.address, quiet=True)
    try:
        yield bare
    finally:
        await bare.close()
