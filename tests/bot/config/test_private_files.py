"""What the bot writes on its machine is for its user alone."""

from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path

import pytest

from bot.config.private_files import make_private
from tests.bot.cli.command_line import environment, run

TELEGRAM = {"TELEGRAM_TOKEN": "123:test", "TELEGRAM_API_URL": "http://127.0.0.1:9"}
MODEL = {"OPENAI_BASE_URL": "http://127.0.0.1:9", "OPENAI_API_KEY": "test", "STAGES": "commands,chat"}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def readable_by_others(directory: Path) -> dict[str, str]:
    """Return what others may do with a directory and all in it, where that is anything."""
    every = (directory, *directory.rglob("*"))
    return {str(each.relative_to(directory)): oct(mode(each)) for each in every if mode(each) & 0o077}


async def end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.communicate()


@pytest.mark.parametrize("verb", ["run", "run --replicas 2", "chat"])
async def test_what_a_running_bot_writes_is_for_its_user_alone(tmp_path: Path, verb: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *verb.split()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
        env=environment(tmp_path, **TELEGRAM, **MODEL),
        umask=0o022,
    )
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(b"/start\n")
        await asyncio.wait_for(process.stdout.readline(), 30)
        assert (tmp_path / "data" / "valkey.sock").exists()
        assert readable_by_others(tmp_path / "data") == {}
    finally:
        await end(process)
    assert readable_by_others(tmp_path / "data") == {}


@pytest.mark.parametrize("verbs", ["check", "backup data/kept", "backup data/kept, restore data/kept"])
def test_what_any_other_verb_leaves_is_for_its_user_alone(tmp_path: Path, verbs: str) -> None:
    (tmp_path / "data").mkdir(0o755)
    for verb in verbs.split(","):
        assert run(tmp_path, *verb.split()).returncode == 0
    assert (tmp_path / "data" / "appendonlydir").is_dir()
    assert readable_by_others(tmp_path / "data") == {}


def test_the_word_model_is_for_its_user_alone(tmp_path: Path) -> None:
    pytest.importorskip("gensim", reason="the extra `laboratory` is not installed")
    (tmp_path / "corpus.txt").write_text("我们今天去公园散步。\n" * 50, encoding="utf-8")
    assert run(tmp_path, "words", "train", "corpus.txt", "--size", "16").returncode == 0
    assert (tmp_path / "data" / "words.npz").is_file()
    assert readable_by_others(tmp_path / "data") == {}


def test_a_directory_that_was_open_is_closed_and_one_that_is_everybodys_stays(tmp_path: Path) -> None:
    own, everybodys = tmp_path / "own", tmp_path / "everybodys"
    for directory, before in ((own, 0o755), (everybodys, 0o1777)):
        directory.mkdir()
        directory.chmod(before)
        make_private(directory)
    assert (mode(own), mode(everybodys)) == (0o700, 0o1777)
