"""Which version runs."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def running_version() -> str:
    """Return the version that is installed, or a word for none."""
    try:
        return version("yingda")
    except PackageNotFoundError:
        return "(not installed)"
