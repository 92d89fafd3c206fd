"""The laboratory's packages: never imported by the core, and named where they are missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.errors import Apology
from handlers.commands.shared.laboratory import installed
from tests.bot.cli.command_line import environment

HEAVY = ("gensim", "sklearn", "matplotlib", "wordcloud", "scipy", "zhplot", "PIL")
# A process in which these packages are as if not installed.
WITHOUT = """
import sys
for name in {names}:
    sys.modules[name] = None
from bot.__main__ import main
sys.exit(main({arguments}))
"""
ASKED = "/frequency 公园很大\n/wordcloud 公园\n/similar 公园\n/probability 公园很大\n/help\n"


def without(
    names: tuple[str, ...], arguments: list[str], directory: Path, given: str = ""
) -> tuple[list[str], list[str]]:
    """Run the command line without some packages; return the lines it prints, and those to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(names=names, arguments=arguments)],
        input=given.encode(),
        capture_output=True,
        check=False,
        cwd=directory,
        env=environment(directory),
        timeout=50,
    )
    return done.stdout.decode().splitlines(), done.stderr.decode().splitlines()


def test_a_missing_package_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    printed, _ = without(HEAVY, ["chat", "--json"], tmp_path, ASKED)
    *answers, helped = [json.loads(line) for line in printed]
    told = [each["text"] for each in answers]
    assert all("yingda[laboratory]" in each for each in told)
    assert all(package in "".join(told) for package in ("pillow", "gensim"))
    assert helped["source"]["id"] == "help"


def test_the_command_line_names_it_too(tmp_path: Path) -> None:
    (tmp_path / "corpus.txt").write_text("公园很大。", encoding="utf-8")
    _, [line] = without(HEAVY, ["words", "train", "corpus.txt"], tmp_path)
    assert "pip install 'yingda[laboratory]'" in line


def test_check_takes_a_missing_extra_for_a_choice(tmp_path: Path) -> None:
    lines, _ = without(HEAVY, ["check"], tmp_path)
    assert any("pictures" in line and "yingda[laboratory]" in line for line in lines)
    assert lines[-1] == "Everything works."


def test_check_names_the_font(tmp_path: Path) -> None:
    lines, _ = without((), ["check"], tmp_path)
    assert any(line.startswith("✓ pictures: ") and "(" in line for line in lines)


def test_the_core_imports_none_of_them(tmp_path: Path) -> None:
    names = repr(HEAVY)
    code = f"import sys, bot.app, bot.discovery as d; d.commands(); print([n for n in {names} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=tmp_path, env=environment(tmp_path)
    )
    assert done.stdout.strip() == b"[]"


def test_another_missing_module_is_a_bug_and_no_apology() -> None:
    def work() -> None:
        import nothing_of_that_name  # type: ignore[import-not-found]  # noqa: F401, PLC0415 — that is the point

    with pytest.raises(ModuleNotFoundError):
        installed(work)


def test_an_apology_of_the_work_comes_through() -> None:
    def work() -> None:
        raise Apology("laboratory.no_words")

    with pytest.raises(Apology, match=r"laboratory\.no_words"):
        installed(work)
