"""`faq import`, `faq export` and `faq lint`, as an owner runs them."""

from __future__ import annotations

import argparse
from pathlib import Path

import openpyxl
import pytest

from handlers.faq import cli
from handlers.faq.entries.load import load

HELD = """\
# Our FAQ. Ask Ming before changing prices!

- id: price
  question: 多少钱？   # asked daily
  alternatives: [价格]
  answer: 免费。

# ── data ──
- id: backup
  question: 怎么备份？
  answer: |
    第一行
    # 不是注释
# the end
"""


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    path = tmp_path / "faq.yaml"
    path.write_text(HELD, encoding="utf-8")
    return path


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    cli.add(parser.add_subparsers())
    arguments = parser.parse_args(["faq", *map(str, words)])
    code: int = arguments.run(arguments)
    return code


def table(directory: Path, *rows: str) -> Path:
    path = directory / "new.csv"
    path.write_text("\n".join(("question,answer,alternatives", *rows)), encoding="gb18030")
    return path


def test_an_import_adds_and_keeps_every_comment(faq: Path, tmp_path: Path) -> None:
    assert run("import", table(tmp_path, "怎么恢复？,看这里。,"), "--to", faq) == 0
    text = faq.read_text(encoding="utf-8")
    assert text.startswith(HELD.removesuffix("# the end\n"))
    assert text.endswith("# the end\n")
    assert [each.question for each in load(faq)] == ["多少钱？", "怎么备份？", "怎么恢复？"]


def test_a_changed_entry_is_rewritten_where_it_stands(faq: Path, tmp_path: Path) -> None:
    assert run("import", table(tmp_path, "多少钱？,免费。,要钱吗"), "--to", faq) == 0
    text = faq.read_text(encoding="utf-8")
    assert "# Our FAQ" in text
    assert "\n# ── data ──\n- id: backup\n" in text
    assert load(faq)[0].alternatives == ("价格", "要钱吗")


def test_an_indented_list_under_entries_is_edited_too(tmp_path: Path) -> None:
    faq = tmp_path / "faq.yaml"
    faq.write_text("# top\nentries:\n  - question: a?\n    answer: 1\n  # tail\n", encoding="utf-8")
    assert run("import", table(tmp_path, "b?,2,"), "--to", faq) == 0
    assert faq.read_text(encoding="utf-8").startswith("# top\nentries:\n  - question: a?\n    answer: 1\n")
    assert [each.answer for each in load(faq)] == ["1", "2"]


def test_entries_in_brackets_are_written_anew_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faq = tmp_path / "faq.yaml"
    faq.write_text("# lost\n[{question: a?, answer: '1'}]\n", encoding="utf-8")
    assert run("import", table(tmp_path, "b?,2,"), "--to", faq) == 0
    assert "comments in it could not be kept" in capsys.readouterr().out
    assert [each.question for each in load(faq)] == ["a?", "b?"]


def test_windows_line_endings_stay(faq: Path, tmp_path: Path) -> None:
    faq.write_bytes(HELD.replace("\n", "\r\n").encode())
    assert run("import", table(tmp_path, "怎么恢复？,看这里。,"), "--to", faq) == 0
    content = faq.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert len(load(faq)) == 3


def test_a_link_stays_a_link(faq: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(faq)
    assert run("import", table(tmp_path, "怎么恢复？,看这里。,"), "--to", link) == 0
    assert link.is_symlink()
    assert len(load(faq)) == 3


def test_a_conflict_is_reported_and_the_old_answer_stays(
    faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", table(tmp_path, "多少钱？,十块。,"), "--to", faq) == 0
    assert "conflict: 多少钱？ (new.csv, line 2: another answer than price, which stays)" in capsys.readouterr().out
    assert faq.read_text(encoding="utf-8") == HELD


def test_replace_takes_the_imported_answer(faq: Path, tmp_path: Path) -> None:
    assert run("import", table(tmp_path, "多少钱？,十块。,"), "--to", faq, "--replace") == 0
    assert load(faq)[0].answer == "十块。"


def test_a_dry_run_writes_nothing(faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", table(tmp_path, "怎么恢复？,看这里。,"), "--to", faq, "--dry-run") == 0
    assert faq.read_text(encoding="utf-8") == HELD
    assert "Nothing was written" in capsys.readouterr().out


def test_one_bad_file_among_many_changes_nothing(faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{", encoding="utf-8")
    assert run("import", table(tmp_path, "怎么恢复？,看这里。,"), bad, "--to", faq) == 1
    assert capsys.readouterr().err.startswith("bad.jsonl, line 1: this is not JSON")
    assert faq.read_text(encoding="utf-8") == HELD


def test_empty_rows_are_counted_and_the_others_imported(
    faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", table(tmp_path, "怎么恢复？,,", "怎么升级？,看这里。,"), "--to", faq) == 0
    assert 'empty: 怎么恢复？ (new.csv, line 2: the answer to "怎么恢复？" is missing)' in capsys.readouterr().out
    assert len(load(faq)) == 3


def test_a_target_that_is_not_there_is_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    assert run("import", table(tmp_path, "a?,1,"), "--to", tmp_path / "to" / "faq.yaml") == 0
    assert [each.name for each in (tmp_path / "to").iterdir()] == ["faq.yaml"]


def test_a_file_that_is_not_there_is_named(faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", tmp_path / "absent.csv", "--to", faq) == 1
    assert "absent.csv: No such file or directory." in capsys.readouterr().err


def test_an_export_is_in_the_format_of_its_name(faq: Path, tmp_path: Path) -> None:
    assert run("export", tmp_path / "out.xlsx", "--from", faq) == 0
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]["B2"].value == "多少钱？"
    assert load(tmp_path / "out.xlsx") == load(faq)


def test_an_export_says_what_its_format_does_not_carry(
    faq: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", tmp_path / "out.md", "--from", faq) == 0
    assert "markdown differs in 2 of 2 entries" in capsys.readouterr().out


def test_a_refused_export_leaves_the_old_file(faq: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    out.write_text("old", encoding="utf-8")
    faq.write_text(f"- question: q?\n  answer: {'a' * 40_000}\n", encoding="utf-8")
    assert run("export", out, "--from", faq) == 1
    assert out.read_text(encoding="utf-8") == "old"


def test_lint_fails_only_for_what_is_serious(faq: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lint", faq) == 0
    faq.write_text(HELD + "- question: 多少錢?\n  answer: 十块。\n", encoding="utf-8")
    assert run("lint", faq) == 1
    assert "1 of them serious" in capsys.readouterr().out


def test_lint_refuses_a_broken_file_in_one_sentence(faq: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faq.write_text("- question: q?\n", encoding="utf-8")
    assert run("lint", faq) == 1
    assert capsys.readouterr().err == 'faq.yaml, line 1: the answer to "q?" is missing.\n'
