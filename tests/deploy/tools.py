"""The files of deploy/, and the programs that check them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

HOUSE = Path(__file__).resolve().parents[2]
DEPLOY = HOUSE / "deploy"
SECONDS = 60


def where(name: str) -> str | None:
    """Return where a program is: beside this Python, where `.ci/tools` puts some, or on the path."""
    ours = (Path(sys.executable).parent / name, HOUSE / ".venv-tools" / "bin" / name)
    return next((str(each) for each in ours if each.exists()), None) or shutil.which(name)


def tool(name: str) -> str:
    """Return where a program is. Skips the test where there is none."""
    return where(name) or pytest.skip(f"{name} is not installed")


def run(name: str, *arguments: str | Path, given: str = "", seconds: float = SECONDS) -> str:
    """Run a program at the root of the project, and return what it says; a complaint of it fails the test."""
    done = subprocess.run(
        [tool(name), *map(str, arguments)],
        input=given,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        cwd=HOUSE,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def read(path: Path) -> Any:
    """Return what stands in a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def pairs(lines: str) -> dict[str, str]:
    """Return the `NAME=value` of a file of settings."""
    found = (line.partition("=") for line in lines.splitlines() if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in found}


def walk(value: Any) -> Iterator[Any]:
    """Return a value and everything within it."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from walk(each)


def seconds(text: str) -> float:
    """Return the seconds of a duration like `40s` or `1m`."""
    return float(text[:-1]) * {"s": 1, "m": 60}[text[-1]]
