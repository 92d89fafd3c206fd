"""The layout of what is kept: its version stands beside the data, and nothing is read or written by another one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from redis.exceptions import MovedError, RedisError, ResponseError

from bot.storage.store import VERSION, Store, StoreError, key

# What becomes of one key of layout n in layout n + 1: entries as `backup_entries` has them, other keys or none.
# A step leaves what is of the new layout already as it is: one that was broken off is done again from the beginning.
Step = Callable[[dict[str, Any]], Iterable[dict[str, Any]]]
Steps = tuple[Step, ...]

# The layout that data had before any was changed, and the steps from there on, in their order.
FIRST = 1
STEPS: Steps = ()
SCHEMA = FIRST + len(STEPS)
# In the same place in every layout, for ever: a version, or `1>2` while the data are migrated.
MARK = key("version", tag="schema")
MIGRATING = ">"

NEWER = (
    "the data in Redis ({address}) have layout {found}, this version of the bot knows layout {known}: they were "
    "written by a newer version; run that one, or give this one another server or DATA_DIR"
)
OLDER = (
    "the data in Redis ({address}) have layout {found}, which this version of the bot cannot take over (it knows "
    "{known}): back them up with the version that wrote them"
)
NOT_YET = (
    "the data in Redis ({address}) have layout {found}, this version of the bot writes {known}: run the bot once, "
    "which takes them over, or use the version that wrote them"
)
UNKNOWN = "the data in Redis ({address}) say of themselves that they have layout {found!r}, which is no number"


def version_of(mark: str, address: str, known: int = SCHEMA) -> int:
    """Return the layout that data are of, or from which they are being migrated, by their mark.

    Raises:
        StoreError: Only another version of the bot can do something with them; the sentence says so.
    """
    before, _, after = mark.partition(MIGRATING)
    newest = after or before
    if not (before.isdecimal() and newest.isdecimal()):
        raise StoreError(UNKNOWN.format(address=address, found=mark))
    if int(newest) > known or int(before) < FIRST:
        sentence = NEWER if int(newest) > known else OLDER
        raise StoreError(sentence.format(address=address, found=mark, known=known))
    return int(before)


async def check_layout(store: Store, known: int = SCHEMA) -> None:
    """Look at the data without changing anything.

    Raises:
        StoreError: They are of another layout; the sentence says what to do.
        RedisError, OSError: Redis failed.
    """
    mark = await store.client.get(MARK)
    if mark not in (None, str(known)):
        version_of(mark, store.address, known)
        raise StoreError(NOT_YET.format(address=store.address, found=mark, known=known))


async def guard(connection: Any) -> None:
    """Let a new connection work only where the data have the layout that this version writes.

    So nothing is read or written by another layout, whenever and wherever Redis turns up: late, again, or another one.
    In a cluster only the node that has the mark can tell; the others are let work.

    Raises:
        RedisError: They have not; `bot/storage/migration.py` is about that.
    """
    await connection.on_connect()
    await connection.send_command("GET", MARK)
    try:
        mark = await connection.read_response()
    except ResponseError as error:
        if isinstance(error, MovedError) or str(error).startswith("MOVED"):
            return
        raise
    if mark not in (str(SCHEMA), str(SCHEMA).encode()):
        raise RedisError("LAYOUT the data are not, or not yet, of the layout that this version writes")


def is_kept(name: str) -> bool:
    """Return whether a key holds something that is to outlive the processes: not who is alive or holds what now."""
    passing = (f"{VERSION}:{{replica", f"{VERSION}:{{schema}}")
    return (
        name.startswith(f"{VERSION}:")
        and not name.startswith(passing)
        and not name.endswith((":lock", ":lease", ":rate"))
    )
