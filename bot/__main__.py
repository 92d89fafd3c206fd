"""Where the process begins: `python -m bot VERB`. What the verbs are, `bot/cli/command_line.py` knows."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verb that the command line names. Return the exit code: 0, 1 (something is wrong), 2 (wrong usage)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] == "run":
        # For the first process of a container SIGTERM has no default action: before `told_to_end` it would be lost.
        signal.signal(signal.SIGTERM, _end)
    from bot.cli.command_line import run  # noqa: PLC0415 — takes seconds, in which SIGTERM is to be heeded

    return run(arguments)


def _end(_signal: int, _frame: FrameType | None) -> None:
    """End at once, also amidst an import: nothing has been opened yet, and nothing taken over."""
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
