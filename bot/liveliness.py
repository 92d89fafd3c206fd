"""What a platform may offer beside the contract: signs of life, a way to be told things by HTTP, a promise it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a platform's listening is.

    Attributes:
        at: When, on the monotonic clock, it last did anything; in the future while it waits on purpose until then.
        connected: Whether the platform's servers answer.
    """

    at: float
    connected: bool


@runtime_checkable
class Lively(Protocol):
    """A platform that shows whether its listening is alive, so that listening can begin anew where it is not."""

    def pulse(self) -> Pulse:
        """Return how it is. Before listening began: disconnected."""
        ...


@runtime_checkable
class Hooked(Protocol):
    """A platform that may be told what happens by HTTP requests (a webhook)."""

    @property
    def hook(self) -> str:
        """The path that the requests come to; empty where there are none."""
        ...

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request with these headers comes from the platform: of others nothing is read."""
        ...

    async def take(self, body: bytes) -> HTTPStatus:
        """Take over what a request tells. 200 means that it was taken over; anything else, that it was not."""
        ...


@runtime_checkable
class Promising(Protocol):
    """An outlet whose platform may show by itself that an answer is on its way, before there is any."""

    @property
    def promised(self) -> bool:
        """Whether people are shown that now."""
        ...


def promised(outlet: object) -> bool:
    """Return whether people are shown that what an outlet is for is on its way."""
    return isinstance(outlet, Promising) and outlet.promised
