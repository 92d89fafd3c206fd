"""The command line as people use it: a process of its own, with an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.servers.overheard import LEDGER

ROOT = Path(__file__).resolve().parents[3]
KEPT = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT")


def environment(directory: Path, **variables: str) -> dict[str, str]:
    """Return an environment that has nothing of ours but these variables, with its data in a directory."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "DATA_DIR": str(directory / "data"), "LANG": "en_US.UTF-8", **variables}


def run(
    directory: Path, *arguments: str | Path, given: bytes = b"", **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a verb in a directory, with something given on standard input; return what it printed and its exit code."""
    told = environment(directory, **variables)
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=given,
        capture_output=True,
        check=False,
        cwd=directory,
        env=told,
        timeout=50,
        umask=0o022,
    )
    LEDGER.now.environment(told)
    LEDGER.now.says(*given.decode(errors="replace").splitlines())
    LEDGER.now.logs[f"standard error of {arguments}"] = done.stderr.decode(errors="replace")
    return done
