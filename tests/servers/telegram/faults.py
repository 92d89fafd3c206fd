"""What can go wrong between a bot and Telegram, on demand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any


class Refused(Exception):  # noqa: N818 — the answer, not a failure of the server
    """The Bot API says no, with these words."""

    def __init__(self, description: str, status: int = HTTPStatus.BAD_REQUEST, **parameters: Any) -> None:
        super().__init__(description)
        self.status = int(status)
        self.description = description
        self.parameters = parameters

    def json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        body = {"ok": False, "error_code": self.status, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of a method (`*`: of any) in a chat (0: in any).

    Attributes:
        refused: They are answered so.
        body: They are answered by this body, whatever it is, with status 200.
        cut: Their connections are cut: `before` anything is done, or `after` it.
        hangs: They are not answered before the server ends or `release` is set, but what they ask for is done.
    """

    method: str
    times: int
    refused: Refused | None = None
    body: bytes | None = None
    cut: str = ""
    hangs: bool = False
    chat: int = 0
    release: asyncio.Event = field(default_factory=asyncio.Event)


class Faults:
    """The faults that wait for their calls."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Let a fault happen to the next calls."""
        self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything go right again; what hangs is answered."""
        for fault in self._waiting:
            fault.release.set()
        self._waiting.clear()

    def next(self, method: str, chat: int = 0) -> Fault | None:
        """Return what happens to this call."""
        for fault in self._waiting:
            if fault.method in ("*", method) and fault.chat in (0, chat) and fault.times > 0:
                fault.times -= 1
                return fault
        return None
