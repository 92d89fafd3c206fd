"""One key of Redis as plain data, and back: what a backup is made of, and what a migration rewrites."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from bot.storage.schema import is_kept
from bot.storage.store import VERSION

# `key`, `type`, `value`, and `ttl`: the milliseconds it lives on, or None.
Entry = dict[str, Any]
TOGETHER = 500

KINDS: Mapping[str, type] = {"string": str, "list": list, "hash": dict, "set": list, "zset": list}
# KEYS key; ARGV type, milliseconds to live (or nothing), and its items. The key is there whole in one moment, in place
# of what had its name.
PUT = """
redis.call('DEL', KEYS[1])
if ARGV[1] == 'string' then redis.call('SET', KEYS[1], ARGV[3]) end
if ARGV[1] == 'list' then for i = 3, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end end
if ARGV[1] == 'set' then for i = 3, #ARGV do redis.call('SADD', KEYS[1], ARGV[i]) end end
if ARGV[1] == 'hash' then for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end end
if ARGV[1] == 'zset' then for i = 3, #ARGV, 2 do redis.call('ZADD', KEYS[1], ARGV[i + 1], ARGV[i]) end end
if ARGV[2] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
"""


async def kept(client: Any) -> AsyncIterator[list[Entry]]:
    """Yield everything that is kept, some hundred keys at a time; a key may come twice while others write."""
    names: list[str] = []
    async for name in client.scan_iter(match=f"{VERSION}:*", count=1000):
        if is_kept(name):
            names.append(name)
        if len(names) >= TOGETHER:
            yield await _read(client, names)
            names = []
    if names:
        yield await _read(client, names)


async def put(client: Any, entries: Iterable[Entry], gone: Sequence[str] = ()) -> None:
    """Write keys, each whole in one moment and in place of what has its name, and then delete others."""
    async with client.pipeline(transaction=False) as pipeline:
        for entry in entries:
            ttl = "" if entry["ttl"] is None else max(entry["ttl"], 1)
            pipeline.eval(PUT, 1, entry["key"], entry["type"], ttl, *_items(entry))
        if pipeline:
            await pipeline.execute()
    async with client.pipeline(transaction=False) as pipeline:
        for name in gone:
            pipeline.delete(name)
        if gone:
            await pipeline.execute()


def is_entry(entry: Entry) -> bool:
    """Return whether this is a key that may be written back."""
    kind = KINDS.get(entry.get("type", ""))
    named = isinstance(entry.get("key"), str) and is_kept(entry["key"])
    aged = entry.get("ttl") is None or (isinstance(entry["ttl"], int) and not isinstance(entry["ttl"], bool))
    return kind is not None and named and aged and isinstance(entry.get("value"), kind) and bool(entry["value"])


async def _read(client: Any, names: Sequence[str]) -> list[Entry]:
    """Return these keys, but those that have ended meanwhile."""
    async with client.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.type(name)
        kinds = await pipeline.execute()
    typed = [(name, kind) for name, kind in zip(names, kinds, strict=True) if kind in KINDS]
    async with client.pipeline(transaction=False) as pipeline:
        for name, kind in typed:
            _ask(pipeline, name, kind)
            pipeline.pttl(name)
        answers = await pipeline.execute() if typed else []
    values = zip(typed, answers[::2], answers[1::2], strict=True)
    return [
        {"key": name, "type": kind, "value": _plain(kind, value), "ttl": ttl if ttl >= 0 else None}
        for (name, kind), value, ttl in values
        if value
    ]


def _ask(pipeline: Any, name: str, kind: str) -> None:
    match kind:
        case "string":
            pipeline.get(name)
        case "list":
            pipeline.lrange(name, 0, -1)
        case "hash":
            pipeline.hgetall(name)
        case "set":
            pipeline.smembers(name)
        case "zset":
            pipeline.zrange(name, 0, -1, withscores=True)


def _plain(kind: str, value: Any) -> Any:
    """Return a value as JSON has it."""
    if kind == "set":
        return sorted(value)
    return [list(each) for each in value] if kind == "zset" else value


def _items(entry: Entry) -> list[Any]:
    value = entry["value"]
    match entry["type"]:
        case "string":
            return [value]
        case "hash":
            return [part for pair in value.items() for part in pair]
        case "zset":
            return [part for member, score in value for part in (member, repr(float(score)))]
        case _:
            return list(value)
