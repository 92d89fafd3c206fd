"""`chat` with its input and output piped, as a shell sees it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.bot.cli.command_line import environment, run


def test_lines_in_answers_out_and_exit_code_0(tmp_path: Path) -> None:
    done = run(tmp_path, "chat", "--json", given=b"@ann: /start\n#team @ann: lunch?\n/help\n")
    started, silent, helped = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert "ann" in started["text"]
    assert silent["source"]["kind"] == "none"
    assert helped["source"]["id"] == "help"


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "chat"],
            input=b"/start\n/help\n",
            stdout=output,
            stderr=subprocess.PIPE,
            check=False,
            cwd=tmp_path,
            env=environment(tmp_path),
            timeout=50,
        )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"Broken" not in done.stderr


def test_a_second_bot_on_one_data_directory_is_told_so(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(tmp_path),
    ) as first:
        assert first.stdin
        assert first.stdout
        first.stdin.write(b"/start\n")
        first.stdin.flush()
        assert first.stdout.readline()
        second = run(tmp_path, "chat", given=b"/start\n")
        checked = run(tmp_path, "check")
        first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 0
    assert (second.returncode, second.stdout) == (2, b"")
    assert b"another process is using" in second.stderr
    assert "in use by another process" in checked.stdout.decode()


def test_unreadable_settings_are_named_in_a_sentence_each(tmp_path: Path) -> None:
    done = run(tmp_path, "chat", MEMORY_TURNS="many", OPENAI_TEMPERATURE="9")
    assert done.returncode == 2
    named = [line.split(":")[0] for line in done.stderr.decode().splitlines()]
    assert sorted(named) == ["MEMORY_TURNS", "OPENAI_TEMPERATURE"]


def test_a_broken_content_file_keeps_the_bot_from_starting(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("rules: [\n", encoding="utf-8")
    done = run(tmp_path, "chat", CONTENT_DIR=str(tmp_path))
    assert done.returncode == 2
    assert b"rules.yaml" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(tmp_path, "chat", DATA_DIR=str(tmp_path / "file" / "data"))
    assert done.returncode == 2
    assert b"DATA_DIR" in done.stderr
    assert b"Traceback" not in done.stderr
