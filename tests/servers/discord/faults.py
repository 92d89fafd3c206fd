"""What goes wrong on the loopback Discord, and what its answer says of that."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from tests.servers.discord.world import JSON

CUT = 0


@dataclass(eq=False, slots=True)
class Fault:
    """What the next calls that match get instead of an answer."""

    pattern: re.Pattern[str]
    status: int
    body: JSON
    times: int
    after: bool = False


def patience_of(body: JSON) -> dict[str, str]:
    seconds = body.get("retry_after")
    return {} if seconds is None else {"Retry-After": str(math.ceil(seconds))}
