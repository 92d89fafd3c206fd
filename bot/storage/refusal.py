"""What an error of Redis means: that it is away, or that it refuses one command, which is a bug or a missing right."""

from __future__ import annotations

from redis.exceptions import (
    AskError,
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

# What Redis says when it answers questions but keeps nothing. Who can only read from it has not got it back.
KEEPS_NOTHING = frozenset({"OOM", "MISCONF", "READONLY", "NOREPLICAS"})
# What it says when it can answer nobody now, or not here, or does not know who asks.
ANSWERS_NOBODY = frozenset({
    "LOADING", "BUSY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "MOVED", "ASK", "NOAUTH", "WRONGPASS",
})  # fmt: skip
# The client library takes their codes out of what it raises.
CODES = {
    OutOfMemoryError: "OOM",
    ReadOnlyError: "READONLY",
    ClusterDownError: "CLUSTERDOWN",
    MasterDownError: "MASTERDOWN",
    TryAgainError: "TRYAGAIN",
    AskError: "ASK",
}


def cause_of(error: Exception) -> str:
    """Return of what Redis says only the code in capitals (MISCONF: its disk is full, OOM, NOAUTH, …), or the kind."""
    for kind, code in CODES.items():
        if isinstance(error, kind):
            return code
    code = str(error).partition(" ")[0]
    return code if code.isupper() else type(error).__name__


def is_refusal(error: Exception) -> bool:
    """Return whether Redis is there and refuses this command alone: it is none, or not allowed, or of another kind."""
    return isinstance(error, ResponseError) and cause_of(error) not in KEEPS_NOTHING | ANSWERS_NOBODY
