"""The verbs of the command line, one file each: `add(subparsers)` describes it, `run(arguments)` does it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

VERBS = ("chat", "run", "check", "replay", "backup", "restore")


def adders() -> list[Callable[[Any], None]]:
    """Return what adds each verb to a parser."""
    return [importlib.import_module(f"bot.cli.{verb}").add for verb in VERBS]
