"""What the process writes is for the user it runs as, and nobody else, whatever the shell's umask says."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

NOBODY_ELSE = 0o077
OWNER = 0o700


def make_private(directory: Path) -> None:
    """Have a directory, made where there is none, that is for this user alone, as is all that is written from now on.

    One that is another's, or everybody's as /tmp, stays as it is. Raises OSError where it cannot be made.
    """
    # For the embedded server, too, which writes its files by itself.
    os.umask(NOBODY_ELSE)
    directory.mkdir(OWNER, parents=True, exist_ok=True)
    mode = directory.stat().st_mode
    if mode & NOBODY_ELSE and not mode & stat.S_ISVTX:
        with suppress(OSError):
            directory.chmod(OWNER)
