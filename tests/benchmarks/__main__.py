"""Runs the benchmarks, or those that are named: `python -m tests.benchmarks [NAME…]`. Prints figures, asserts none."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType

from bot.telemetry import logging
from tests import benchmarks
from tests.benchmarks.skip import SkipBenchmark


def main(names: Sequence[str]) -> int:
    """Run one after the other. Return 0, or 2 for a name that no benchmark has."""
    found = {module.__name__.rpartition(".")[2]: module for module in _modules()}
    if unknown := [name for name in names if name not in found]:
        print(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(found)}", file=sys.stderr)
        return 2
    for name in names or found:
        print(f"\n== {name}: {(found[name].__doc__ or '').strip().splitlines()[0]}", flush=True)
        try:
            found[name].main()
        except SkipBenchmark as reason:
            print(f"skipped: {reason}")
    return 0


def _modules() -> Iterator[ModuleType]:
    for each in sorted(pkgutil.iter_modules(benchmarks.__path__), key=lambda module: module.name):
        if each.name != "__main__":
            module = importlib.import_module(f"{benchmarks.__name__}.{each.name}")
            if hasattr(module, "main"):
                yield module


if __name__ == "__main__":
    logging.configure("ERROR")
    sys.exit(main(sys.argv[1:]))
