"""The version of what is kept: checked at start, so that another version's data are refused and never misread."""

from __future__ import annotations

from bot.store import VERSION, Store, StoreError, key

SCHEMA = 1
NEWER = (
    "the data in Redis ({address}) have layout {found}, this version of the bot knows layout {known}: they were "
    "written by a newer version; run that one, or give this one another server or DATA_DIR"
)
OLDER = (
    "the data in Redis ({address}) have layout {found}, which this version of the bot cannot take over (it knows "
    "{known}): back them up with the version that wrote them"
)
UNKNOWN = "the data in Redis ({address}) say of themselves that they have layout {found!r}, which is no number"


async def check_schema(store: Store) -> bool:
    """Mark an empty store with the layout that this version writes. Return False where Redis is away.

    Raises:
        StoreError: What is kept there has another layout.
    """
    slot = key("version", tag="schema")
    away = "away"
    await store.attempt(lambda: store.client.set(slot, SCHEMA, nx=True), None)
    found = await store.attempt(lambda: store.client.get(slot), away)
    if found == away:
        return False
    values = {"address": store.address, "found": found, "known": SCHEMA}
    if not str(found).isdecimal():
        raise StoreError(UNKNOWN.format(**values))
    if int(found) != SCHEMA:
        raise StoreError((NEWER if int(found) > SCHEMA else OLDER).format(**values))
    return True


def is_kept(name: str) -> bool:
    """Return whether a key holds something that is to outlive the processes: not who is alive or holds what now."""
    passing = (f"{VERSION}:{{replica", f"{VERSION}:{{schema}}")
    return (
        name.startswith(f"{VERSION}:")
        and not name.startswith(passing)
        and not name.endswith((":lock", ":lease", ":rate"))
    )
