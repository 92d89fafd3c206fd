"""The notebook of docs: its cells run in their order, from where a reader has them, and it was saved after running."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.telemetry import logging

PATH = Path(__file__).parents[1] / "docs" / "laboratory.ipynb"


@pytest.fixture
def cells() -> list[dict[str, Any]]:
    notebook = json.loads(PATH.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


async def test_every_cell_runs(
    cells: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PATH.parent)
    monkeypatch.syspath_prepend(str(PATH.parent))
    names: dict[str, Any] = {"__name__": "notebook"}
    for number, cell in enumerate(cells):
        # Cells may await, as in Jupyter.
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile("".join(cell["source"]), f"cell {number}", "exec", flags, dont_inherit=True)
        done = eval(code, names)  # noqa: S307 — the notebook is ours
        if inspect.iscoroutine(done):
            await done
    logging.configure("INFO")
    printed = capsys.readouterr().out
    assert [kind for kind in ("[rule ", "[faq ", "[chat ") if kind not in printed] == []


def test_it_was_saved_with_its_outputs_and_a_picture(cells: list[dict[str, Any]]) -> None:
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert not any(output["output_type"] == "error" for cell in cells for output in cell["outputs"])
    assert any("image/png" in output.get("data", {}) for cell in cells for output in cell["outputs"])


def test_it_names_nothing_of_the_machine_it_was_saved_on() -> None:
    saved = PATH.read_text(encoding="utf-8")
    assert sys.prefix not in saved
    assert str(PATH.parents[1]) not in saved
