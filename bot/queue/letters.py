"""What lies in a mailbox, where, and the scripts that change it: each runs whole or not at all, in one slot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from bot.domain.message import Conversation, Message
from bot.storage.store import key

OPEN = key("open", tag="mailboxes")
# What ACCEPT returns for a message that it has taken, and for one that it has turned away: the first of those that come
# while one is answered, and another.
TAKEN, FULL, FULL_AGAIN = 2, 3, 4
# Who holds a conversation has said so within this time, or it is free.
LOCK_SECONDS = 30.0
# So long after leave to write was given nobody breaks the lock, however dead its holder seems: it has just been heard
# from. What is written with a leave goes out well within that.
LEAVE_SECONDS = 1.5
# A lock that may be broken at once, and one from the moment of a leave. What is left of it tells them apart.
TAKEN_MILLISECONDS = int((LOCK_SECONDS - LEAVE_SECONDS) * 1000)
GIVEN_MILLISECONDS = int(LOCK_SECONDS * 1000)

# KEYS seen, mail, lock, shown; ARGV line, seconds to know it again, seconds to keep it, boot, milliseconds of the lock,
# how many questions may wait (0: any number). The same update is accepted once (0: it was before). Where so many
# questions wait behind the oldest message, nothing is kept of it but that it was (3, 4). Where nothing waits before it
# and nobody holds the conversation, it is taken in the same round trip (2), as `TAKE` would.
ACCEPT = """
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[2]) then return 0 end
local most, questions = tonumber(ARGV[6]), 0
if most > 0 and redis.call('LLEN', KEYS[2]) > most then
  for _, line in ipairs(redis.call('LRANGE', KEYS[2], 1, -1)) do
    if string.find(line, '"addressed":true', 1, true) then questions = questions + 1 end
  end
  if questions >= most then
    local again = redis.call('HSETNX', KEYS[4], 'full', '1') == 0
    redis.call('EXPIRE', KEYS[4], ARGV[3])
    return again and 4 or 3
  end
end
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[3])
if redis.call('LLEN', KEYS[2]) > 1 or not redis.call('SET', KEYS[3], ARGV[4], 'NX', 'PX', ARGV[5]) then return 1 end
redis.call('HSET', KEYS[4], 'attempts', 1)
redis.call('EXPIRE', KEYS[4], ARGV[3])
return 2
"""
# KEYS lock, mail, shown; ARGV boot, seconds to keep, milliseconds of the lock. The oldest message, how often it was
# taken (this time included), and what was shown of its answer; the conversation is then this process's. Of an empty
# mailbox the lock is let go in the same moment, so that whoever comes with a message afterwards takes it.
TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return {'taken'} end
local head = redis.call('LINDEX', KEYS[2], 0)
if not head then
  if holder then redis.call('DEL', KEYS[1]) end
  return {'empty'}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
redis.call('HINCRBY', KEYS[3], 'attempts', 1)
redis.call('EXPIRE', KEYS[3], ARGV[2])
return {'letter', head, redis.call('HGETALL', KEYS[3])}
"""
# KEYS lock, mail, shown, seen; ARGV boot, line, milliseconds of the lock. Only who holds the conversation may show
# something of an answer, and none that was given by another, who held it meanwhile: then the message does not lie there
# any more, whoever holds the conversation since. A lock that nobody holds has expired (then the message still lies
# there, perhaps behind others whose end the server was not told of while it was away), or the server has forgotten
# everything (then it does not know the message either): in both cases it is ours again. What the server does not know
# nobody else can give, also where another holds the conversation.
BEGIN = """
local holder, there = redis.call('GET', KEYS[1]), redis.call('LPOS', KEYS[2], ARGV[2])
local known = redis.call('EXISTS', KEYS[4]) == 1
if not there and known then return 0 end
if holder and holder ~= ARGV[1] then return (there or known) and 0 or 1 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
if redis.call('LINDEX', KEYS[2], 0) == ARGV[2] then redis.call('HSET', KEYS[3], 'begun', '1') end
return 1
"""
# KEYS lock, shown; ARGV boot, field, page.
NOTE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('HEXISTS', KEYS[2], 'begun') == 0 then return 0 end
return redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
"""
# KEYS lock, mail, shown; ARGV boot, line, whether anything of its answer may be seen. The oldest message lies there
# as if this process had never taken it.
PUT_BACK = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('LINDEX', KEYS[2], 0) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[3], 'attempts')
if ARGV[3] == '0' then redis.call('HDEL', KEYS[3], 'begun') end
return 1
"""
# KEYS lock, mail, shown; ARGV boot, line, whether to let the lock go. Returns how many messages wait; where none does,
# the lock is let go in the same moment. What another process notes of the answer that it is giving stays.
FINISH = """
local head = redis.call('LINDEX', KEYS[2], 0) == ARGV[2]
redis.call('LREM', KEYS[2], 1, ARGV[2])
local waiting, holder = redis.call('LLEN', KEYS[2]), redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return waiting end
if head then redis.call('DEL', KEYS[3]) end
if waiting == 0 and holder and ARGV[3] == '1' then redis.call('DEL', KEYS[1]) end
return waiting
"""
# KEYS lock, mail, shown; ARGV seconds to keep. All but the oldest are forgotten; that one may be under way, and stays
# until its answer has visibly ended, here or, after a sudden end, in another process.
STOP = """
local waiting = redis.call('LLEN', KEYS[2])
if waiting == 0 then return {0, '', ''} end
redis.call('LTRIM', KEYS[2], 0, 0)
redis.call('HSET', KEYS[3], 'stopped', '1')
redis.call('HDEL', KEYS[3], 'full')
redis.call('EXPIRE', KEYS[3], ARGV[1])
return {waiting, redis.call('GET', KEYS[1]) or '', redis.call('LINDEX', KEYS[2], 0)}
"""
# KEYS lock; ARGV holder, milliseconds of a lock that may be broken. One left behind by a dead process is let go, unless
# somebody else holds it by now, or the holder has just been given leave to write: then it is not dead, or not for long.
BREAK = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then return 0 end
return redis.call('DEL', KEYS[1])
"""
# KEYS seen.
KNOWN = "return redis.call('EXISTS', KEYS[1])"
# KEYS open; ARGV member, score. Nothing was accepted there since we looked.
SETTLE = """
local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
if at and tonumber(at) == tonumber(ARGV[2]) then return redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as it was last drawn, and the platform's id of it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message taken from a mailbox.

    Attributes:
        line: The message as it lies there.
        attempts: How often it was taken, this time included.
        begun: An earlier process began to show its answer.
        stopped: Somebody has asked to stop its answer.
        pages: What that process noted as drawn, by page number.
    """

    message: Message
    line: str
    attempts: int = 1
    begun: bool = False
    stopped: bool = False
    pages: dict[int, Drawn] = field(default_factory=dict)


def opened(line: str, fields: Any) -> Letter:
    """Return the letter that a line and the hash beside it are. Raises ValueError, KeyError or TypeError for others."""
    if not isinstance(fields, Mapping):
        fields = dict(zip(fields[::2], fields[1::2], strict=True))
    pages = {int(name[5:]): Drawn(**json.loads(text)) for name, text in fields.items() if name.startswith("page:")}
    message = Message.load(line)
    return Letter(message, line, int(fields.get("attempts", 1)), "begun" in fields, "stopped" in fields, pages)


def update_of(line: str) -> str | None:
    """Return which update a line is, or None where it cannot be read."""
    try:
        return Message.load(line).update
    except (ValueError, KeyError, TypeError):
        return None


def mail_key(where: Conversation) -> str:
    """Return the key of a conversation's mailbox."""
    return key("mail", tag=where.key)


def shown_key(where: Conversation) -> str:
    """Return the key of what is shown of the answer to its oldest message."""
    return key("shown", tag=where.key)


def lock_key(where: Conversation) -> str:
    """Return the key that holds which process is about it."""
    return key("lock", tag=where.key)


def seen_key(where: Conversation, update: str) -> str:
    """Return the key by which an update is known again."""
    return key("seen", quote(update, safe=""), tag=where.key)
