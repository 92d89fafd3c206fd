"""`run` told to end in its first moment, while Python still reads the bot's modules."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bot.cli.command_line import environment

# The first process of a namespace of its own, as in a container.
FIRST = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child")
PATIENCE = 20
# A library that is read slowly, as from a slow disk.
SLOW = "import threading; print('reading', flush=True); threading.Event().wait()"


@contextmanager
def reading(directory: Path, *wrapper: str) -> Iterator[subprocess.Popen[str]]:
    """Start `run`, and go on in the middle of its imports."""
    (directory / "pydantic.py").write_text(SLOW, encoding="utf-8")
    told = environment(directory, TELEGRAM_TOKEN="123:test", TELEGRAM_API_URL="http://127.0.0.1:9")
    command = [*wrapper, sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, cwd=directory, env=told, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "reading\n"
            yield process
        finally:
            process.kill()


def child(process: subprocess.Popen[str]) -> int:
    """Return the one child of a process, as the others see it."""
    (found,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    return int(found)


def no_namespace() -> str:
    """Return why there can be no namespace of processes here; nothing where there can."""
    try:
        tried = subprocess.run([*FIRST, "true"], capture_output=True, text=True, check=False, timeout=PATIENCE)
    except FileNotFoundError:
        return "unshare is not installed"
    return tried.stderr.strip() if tried.returncode else ""


def test_it_ends_well_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with reading(tmp_path) as process:
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert not (tmp_path / "data").exists()


def test_it_ends_well_also_as_the_first_process_of_a_container(tmp_path: Path) -> None:
    if reason := no_namespace():
        pytest.skip(f"no namespace of processes: {reason}")
    with reading(tmp_path, *FIRST) as process:
        os.kill(child(process), signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert not (tmp_path / "data").exists()
