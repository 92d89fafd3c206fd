"""What people say, what is secret, and what bots in other processes log, while a test runs: `tests/discretion.py` asks.

The loopback servers note it here as it happens. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

SECRET_NAMES = ("TOKEN", "KEY", "PASSWORD", "SECRET")


@dataclass
class Overheard:
    """What one test has said, kept secret and logged. `logs` are what other processes have written, by where."""

    texts: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    logs: dict[str, str] = field(default_factory=dict)

    def says(self, *texts: Any) -> None:
        """Note what a person says, or a model; what is no text is left out."""
        self.texts.update(each for each in texts if isinstance(each, str))

    def keeps(self, *secrets: str | None) -> None:
        """Note what must never be told."""
        self.secrets.update(each for each in secrets if each)

    def environment(self, variables: Mapping[str, str]) -> None:
        """Note the secrets that a process is told by its environment."""
        for name, value in variables.items():
            if name.endswith(SECRET_NAMES):
                self.keeps(value)
            elif name.endswith("_URL") and "@" in value and (password := urlsplit(value).password):
                self.keeps(password, unquote(password))


@dataclass
class Ledger:
    """Where it is noted now: each test has its own."""

    now: Overheard = field(default_factory=Overheard)


LEDGER = Ledger()
