"""Figures of an evaluation, and the commands that print them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path

import pytest

from handlers.faq.engine.faq import Faq
from handlers.faq.engine.warm import Labelled
from handlers.faq.evaluation.cli import NAMED, add
from handlers.faq.evaluation.evaluation import figures, queries_of, results
from tests.handlers.faq.sample import ENTRIES, QUESTIONS

QUERIES: list[dict[str, str | None]] = [
    {"query": "怎么安装机器人呢", "id": "install", "kind": "in"},
    {"query": "数据怎样备份", "id": "backup", "kind": "in"},
    {"query": "完全不知所云的句子", "id": "docs", "kind": "in"},
    {"query": "今天晚上吃什么", "id": None, "kind": "chat"},
    {"query": "怎么安装空调", "id": None, "kind": "near"},
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    rows: list[object] = [
        {"id": key, "question": q, "answer": "a", "alternatives": more} for key, (q, *more) in QUESTIONS.items()
    ]
    faq, queries = tmp_path / "faq.jsonl", tmp_path / "queries.jsonl"
    faq.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    queries.write_text("\n".join(map(json.dumps, QUERIES)), encoding="utf-8")
    return faq, queries


def run(*arguments: object) -> int:
    parser = ArgumentParser()
    add(parser.add_subparsers())
    options = parser.parse_args([str(each) for each in arguments])
    code: int = options.run(options)
    return code


def test_every_share_is_of_its_own_kind() -> None:
    labelled = [Labelled(each["query"] or "", each["id"], each["kind"] or "") for each in QUERIES]
    found = figures(results(Faq.build(ENTRIES), labelled))
    assert found.top1 == pytest.approx(2 / 3)
    assert found.false_answers == 0
    assert found.false_answers_by_kind == {"chat": 0}
    assert found.near is not None
    assert sum(each.count for each in found.reliability) == 4


def test_the_json_object_has_all_named_figures_as_shares(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert run("eval", *files, "--lexical", "--json", tmp_path / "out.json") == 0
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert tuple(written) == NAMED
    assert 0 <= written["coverage"] <= written["top1"] <= 1


def test_labelled_questions_are_learnt(files: tuple[Path, Path], tmp_path: Path) -> None:
    faq, queries = files
    run("eval", faq, queries, "--lexical", "--warm", queries, "--json", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["coverage"] == 1


def test_an_faq_can_stand_for_queries(files: tuple[Path, Path]) -> None:
    assert {each.expected for each in queries_of(files[0])} == set(QUESTIONS)


def test_ask_shows_tokens_scores_and_the_decision(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ask", "怎么安装机器人呢", "--faq", files[0], "--lexical") == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("tokens", "install", "confidence", "votes", "threshold"))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("怎么安装机器人", "unasked in a group: said, too"),
        ("怎么安装空调", "unasked in a group: silence, it is not sure enough"),
        ("怎么安装机器人，算了", "unasked in a group: silence, it is no question by its form, or was taken back"),
    ],
)
def test_ask_says_why_it_would_be_silent_in_a_group(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], said: str, told: str
) -> None:
    assert run("ask", said, "--faq", files[0], "--lexical") == 0
    assert told in capsys.readouterr().out


@pytest.mark.parametrize("line", ["nonsense", '["a list"]', '{"question": "x"}', '{"query": 5}', '{"query": null}'])
def test_a_bad_line_is_named(files: tuple[Path, Path], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    files[1].write_text('{"query": "x", "id": null}\n' + line, encoding="utf-8")
    assert run("eval", *files, "--lexical") == 2
    assert "queries.jsonl, line 2" in capsys.readouterr().err


def test_a_file_that_is_not_there_and_one_without_queries_are_refused(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("eval", files[0], tmp_path / "absent.jsonl", "--lexical") == 2
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    assert run("eval", files[0], tmp_path / "empty.jsonl", "--lexical") == 2
    assert "no queries" in capsys.readouterr().err


def test_the_curve_is_drawn(files: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `laboratory` is not installed")
    assert run("eval", *files, "--lexical", "--plot", tmp_path / "curve.png") == 0
    assert (tmp_path / "curve.png").stat().st_size > 1000
