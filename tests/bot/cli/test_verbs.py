"""The command line itself, `run` and `check`."""

from __future__ import annotations

import asyncio
import functools
import json
import socket
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.command_line import parser
from tests.bot.cli.command_line import environment, run
from tests.looking import seen
from tests.servers.openai import KEY, MODEL, OpenAI


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out.split()[0]) == (0, "yingda")


@pytest.mark.parametrize("arguments", [["dance"], [], ["chat", "--dance"], ["replay"], ["replay", "x", "--limit", "0"]])
def test_wrong_usage_shows_the_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m bot" in capsys.readouterr().err


def test_the_help_names_every_verb() -> None:
    assert {"chat", "run", "check", "replay"} <= set(parser(tools=True).format_help().split())


def test_run_without_a_token_says_which_variables_to_set(tmp_path: Path) -> None:
    done = run(tmp_path, "run")
    assert done.returncode == 2
    assert b"TELEGRAM_TOKEN" in done.stderr
    assert b"DISCORD_TOKEN" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("told", [{"GRACE": "long"}, {"CONTENT_DIR": "."}, {"DATA_DIR": "/dev/null"}])
def test_why_it_cannot_run_is_logged_like_everything_else(tmp_path: Path, told: dict[str, str]) -> None:
    (tmp_path / "rules.yaml").write_text("- keywords: [\n", encoding="utf-8")
    done = run(tmp_path, "run", given=b"", TELEGRAM_TOKEN="123:test", **told)
    last = json.loads(done.stderr.splitlines()[-1])
    assert (done.returncode, last["level"]) == (2, "critical")
    assert any(word in last["reason"] for word in ("GRACE", "rules.yaml", "DATA_DIR"))


async def test_several_replicas_told_to_end_while_they_begin_leave_no_server_behind(tmp_path: Path) -> None:
    told = environment(tmp_path, TELEGRAM_TOKEN="123:test", TELEGRAM_API_URL="http://127.0.0.1:9")
    command = (sys.executable, "-m", "bot", "run", "--replicas", "2")
    crew = await asyncio.create_subprocess_exec(*command, env=told, stderr=asyncio.subprocess.DEVNULL)
    address = tmp_path / "data" / "valkey.sock"
    async with asyncio.timeout(40):
        await seen(lambda: asyncio.to_thread(address.exists), 40)
        crew.terminate()
        assert await crew.wait() == 0
    with socket.socket(socket.AF_UNIX) as nobody, pytest.raises(OSError, match=r"refused|No such file"):
        nobody.connect(str(address))


def test_check_looks_at_everything_and_is_content_with_the_examples(tmp_path: Path) -> None:
    done = run(tmp_path, "check")
    printed = done.stdout.decode()
    assert done.returncode == 0, printed
    assert "– telegram: not configured (TELEGRAM_TOKEN)" in printed
    assert "✓ store: embedded Valkey" in printed
    assert "persisted" in printed


def test_check_speaks_the_owners_language(tmp_path: Path) -> None:
    assert "一切正常" in run(tmp_path, "check", LANG="zh_CN.UTF-8").stdout.decode()


@pytest.mark.parametrize("verb", ["check", "run", "chat"])
def test_a_content_directory_that_is_not_there_is_refused_and_named(tmp_path: Path, verb: str) -> None:
    done = run(tmp_path, verb, CONTENT_DIR="nowhere", TELEGRAM_TOKEN="123:test", TELEGRAM_API_URL="http://127.0.0.1:9")
    assert done.returncode == (1 if verb == "check" else 2)
    assert f"CONTENT_DIR: {tmp_path / 'nowhere'} is not there" in (done.stdout + done.stderr).decode()


def test_check_names_each_content_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "dictionary.txt").touch()
    done = run(tmp_path, "check", CONTENT_DIR=str(tmp_path))
    printed = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert f"– content and stage rules: no rules.yaml in {tmp_path}" in printed
    assert f"– content and stage faq: no faq.yaml in {tmp_path}" in printed


@pytest.mark.parametrize("url", ["redis://:secret@127.0.0.1:1/0", "redis://127.0.0.1:1/0?password=secret"])
def test_check_goes_on_behind_what_is_wrong_and_counts_it(tmp_path: Path, url: str) -> None:
    (tmp_path / "rules.yaml").write_text("rules: [\n", encoding="utf-8")
    (tmp_path / "faq.yaml").write_text("- id: a\n", encoding="utf-8")
    done = run(tmp_path, "check", CONTENT_DIR=str(tmp_path), REDIS_URL=url)
    printed = done.stdout.decode()
    assert done.returncode == 1
    assert "rules.yaml" in printed
    assert "faq.yaml" in printed
    assert "127.0.0.1:1/0" in printed
    assert "3 to be mended" in printed
    assert "secret" not in printed


def test_check_names_settings_that_are_unreadable(tmp_path: Path) -> None:
    done = run(tmp_path, "check", STAGES="rules,dance", GRACE="soon")
    assert done.returncode == 1
    assert "GRACE" in done.stdout.decode()


async def test_check_tells_the_models_own_words_beside_ours_and_no_secret(tmp_path: Path) -> None:
    headers = '{"X-Gateway": "gateway-pass"}'
    async with OpenAI() as server:
        server.refuse(402, message=f"Insufficient Balance of {KEY} at gateway-pass")
        told = environment(tmp_path, OPENAI_BASE_URL=server.url, OPENAI_API_KEY=KEY, OPENAI_EXTRA_HEADERS=headers)
        ask = functools.partial(run, tmp_path, "check", given=b"", STAGES="chat", OPENAI_MODEL=MODEL, **told)
        done = await asyncio.to_thread(ask)
    printed = done.stdout.decode()
    assert done.returncode == 1
    assert "top it up. The endpoint's own words: Insufficient Balance of [secret] at [secret]" in printed
    assert KEY not in printed
    assert "gateway-pass" not in printed
