"""`replay`: what the bot would have answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli.tally import Tally
from bot.domain.reply import Choice, Reply, Source
from tests.bot.cli.command_line import run

RULES = """
rules:
  - id: price
    patterns: [价格]
    answers: [free]
    cooldown: 3600
  - id: hello
    when: addressed
    patterns: [hello]
    answers: [hi]
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    directory = tmp_path / "content"
    directory.mkdir()
    (directory / "rules.yaml").write_text(RULES, encoding="utf-8")
    return directory


def replayed(tmp_path: Path, content: Path, *options: str, lines: str) -> dict[str, Any]:
    (tmp_path / "lines.txt").write_text(lines, encoding="utf-8")
    done = run(tmp_path, "replay", "lines.txt", "--json", "-", *options, CONTENT_DIR=str(content), STAGES="rules")
    assert (done.returncode, done.stderr) == (0, b"")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def test_every_line_is_counted_and_no_cooldown_hides_one(tmp_path: Path, content: Path) -> None:
    figures = replayed(tmp_path, content, lines="价格\n價格?\nhello\nLunch?\nlunch\nx\n")
    assert [figures[name] for name in ("lines", "answered", "offered", "unanswered")] == [6, 3, 0, 3]
    assert figures["sources"][0] == {"kind": "rule", "id": "price", "count": 2, "mean_confidence": 1.0}
    assert figures["most_unanswered"][0] == {"text": "Lunch?", "count": 2}
    assert figures["lines_per_second"] > 0


def test_group_talk_is_answered_by_fewer_rules(tmp_path: Path, content: Path) -> None:
    assert replayed(tmp_path, content, "--unaddressed", lines="价格\nhello\n")["answered"] == 1


def test_only_so_many_lines_as_asked_for(tmp_path: Path, content: Path) -> None:
    assert replayed(tmp_path, content, "--limit", "2", lines="a\nb\nc\n")["lines"] == 2


def test_a_replay_leaves_nothing_behind(tmp_path: Path, content: Path) -> None:
    replayed(tmp_path, content, lines="价格\n")
    assert not (tmp_path / "data").exists()


def test_the_tables_show_brackets_and_control_characters_as_text(tmp_path: Path, content: Path) -> None:
    (tmp_path / "lines.txt").write_text("[bold]x[/bold]\n\x1b[2Jy\n价格\n", encoding="utf-8")
    done = run(tmp_path, "replay", "lines.txt", CONTENT_DIR=str(content), STAGES="rules")
    printed = done.stdout.decode()
    assert "[bold]x[/bold]" in printed
    assert "\x1b" not in printed
    assert "rule price" in printed


def test_a_file_that_breaks_off_is_reported_as_far_as_it_goes(tmp_path: Path, content: Path) -> None:
    (tmp_path / "a.json").write_text('{"messages": [{"type": "message", "text": "价格"}, {', encoding="utf-8")
    done = run(tmp_path, "replay", "a.json", CONTENT_DIR=str(content), STAGES="rules")
    assert done.returncode == 1
    assert b"rule price" in done.stdout
    assert b"a.json: not readable" in done.stderr


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path, content: Path) -> None:
    done = run(tmp_path, "replay", "none.json", CONTENT_DIR=str(content), STAGES="rules")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"none.json: No such file or directory\n"


def test_a_tally_of_choices_confidences_and_misses() -> None:
    tally = Tally()
    tally.add("a", Reply(Source("faq", "x", 0.5)))
    tally.add("b", Reply(Source("faq", "x", 1.0)))
    tally.add("c", Reply(Source("faq", "", 0.4), choices=(Choice("x", "1"),)))
    tally.add("d", Reply(Source("none")))
    tally.add("e", Reply(Source("error", "core.bug")))
    tally.add("f", None)
    assert (tally.lines, tally.answered, tally.offered, tally.unanswered) == (6, 2, 1, 3)
    assert tally.sources()[:2] == [("faq", "x", 2, 0.75), ("faq?", "", 1, 0.4)]
    assert sum(count for _, count in tally.missed(10)) == 3
