"""The owner's files: refused at start when they are wrong, kept as they were when a change is wrong."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from bot.config.content_files import LOOKS, Content, ContentError


def read_number(path: Path) -> int:
    try:
        return int(path.read_text())
    except ValueError:
        raise ValueError(f"{path.name}, line 1: no number") from None


def number_or_none(path: Path) -> int:
    """As the owner's files are read: one that is not there, or is empty, says nothing."""
    return read_number(path) if path.exists() and path.read_text() else 0


class ConfigMap:
    """A directory as Kubernetes mounts it: `..data` leads to the files of a version, and is swapped at one blow."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._version = 0

    def becomes(self, files: dict[str, str]) -> None:
        self._version += 1
        version, data = self._directory / f"..{self._version}", self._directory / "..data"
        version.mkdir()
        for name, text in files.items():
            (version / name).write_text(text)
            if not (self._directory / name).is_symlink():
                (self._directory / name).symlink_to(Path("..data") / name)
        data.with_name("..data_tmp").symlink_to(version.name)
        data.with_name("..data_tmp").rename(data)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    path = tmp_path / "one"
    path.write_text("1")
    return path


def test_a_broken_file_is_refused_at_start(one: Path) -> None:
    one.write_text("x")
    with pytest.raises(ContentError, match="one, line 1: no number"):
        Content().watch((one,), lambda: read_number(one))


@pytest.mark.parametrize(
    ("kind", "says"),
    [("none", "not there"), ("dangling", "a link that leads"), ("loop", "a link that leads"), ("file", "no directory")],
)
def test_files_whose_directory_is_none_are_refused_and_it_is_named(tmp_path: Path, kind: str, says: str) -> None:
    directory = tmp_path / kind
    if kind == "file":
        directory.touch()
    elif kind != "none":
        directory.symlink_to(directory if kind == "loop" else tmp_path / "elsewhere")
    with pytest.raises(ContentError, match=f"^CONTENT_DIR: {directory} is {says}.*rules.yaml and faq.yaml"):
        Content().watch((directory / "rules.yaml",), lambda: 0)


@pytest.mark.parametrize("target", ["one", "nowhere"])
def test_a_file_that_is_a_link_to_nowhere_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "one").symlink_to(tmp_path / target)
    with pytest.raises(ContentError, match=f"^one: in {tmp_path} is a link that leads nowhere"):
        Content().watch((tmp_path / "one",), lambda: 0)


def test_what_has_no_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "one")
    with pytest.raises(ContentError, match=f"^one: in {tmp_path} is no file"):
        Content().watch((tmp_path / "one",), (tmp_path / "one").read_bytes)


def test_the_files_that_are_not_there_are_known(one: Path, tmp_path: Path) -> None:
    content, two = Content(), tmp_path / "two"
    content.watch((one, tmp_path / "none"), lambda: 1)
    content.watch((two,), lambda: 2)
    assert content.absent == (two,)


def test_a_changed_file_is_taken_into_use(one: Path) -> None:
    content = Content()
    live = content.watch((one,), lambda: read_number(one))
    assert not content.refresh()
    one.write_text("22")
    assert content.refresh()
    assert live.value == 22


def test_a_broken_change_keeps_the_old_and_says_why_until_it_is_mended(one: Path) -> None:
    content = Content()
    live = content.watch((one,), lambda: read_number(one))
    one.write_text("xx")
    assert not content.refresh()
    assert (live.value, content.faults) == (1, ("one, line 1: no number",))
    one.write_text("333")
    assert content.refresh()
    assert (live.value, content.faults) == (333, ())


def test_what_is_right_again_is_told_as_loudly_as_what_was_wrong(one: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    content = Content()
    content.watch((one,), lambda: read_number(one))
    for text in ("22", "xxx", "4444", "55555"):
        one.write_text(text)
        content.refresh()
    told = [(each.levelname, str(each.msg)) for each in caplog.records]
    assert [level for level, text in told if "reloaded" in text] == ["INFO", "WARNING", "INFO"]


def test_a_bug_in_reading_a_change_keeps_the_old_and_ends_nothing(one: Path) -> None:
    content = Content()
    live = content.watch((one,), lambda: [1, 2][int(one.read_text()) - 1])
    one.write_text("33")
    assert not content.refresh()
    assert live.value == 1
    assert "one: cannot be read by a bug" in content.faults[0]


def test_a_file_that_vanishes_is_refused_once_until_it_is_back(one: Path, caplog: pytest.LogCaptureFixture) -> None:
    content = Content()
    live = content.watch((one,), lambda: number_or_none(one))
    away = one.rename(one.with_name("away"))
    assert not any(content.refresh() for _ in range(LOOKS + 2))
    assert (live.value, len(content.faults)) == (1, 1)
    assert content.faults[0].startswith(f"one: gone from {one.parent}; put it back")
    assert caplog.text.count("content refused") == 1
    away.rename(one)
    assert not content.refresh()
    assert (live.value, content.faults) == (1, ())


def test_a_file_that_comes_back_changed_is_read(one: Path) -> None:
    content = Content()
    live = content.watch((one,), lambda: number_or_none(one))
    one.unlink()
    assert not any(content.refresh() for _ in range(LOOKS))
    one.write_text("222")
    assert content.refresh()
    assert (live.value, content.faults) == (222, ())


@pytest.mark.parametrize("looks", range(1, LOOKS))
def test_a_file_that_is_away_for_less_than_a_second_is_no_mistake(
    one: Path, caplog: pytest.LogCaptureFixture, looks: int
) -> None:
    content = Content()
    live = content.watch((one,), lambda: number_or_none(one))
    for number in ("22", "333"):
        one.rename(one.with_name("one~"))
        assert not any(content.refresh() for _ in range(looks))
        assert content.faults == ()
        one.write_text(number)
        assert content.refresh()
    assert live.value == 333
    assert "refused" not in caplog.text


def test_a_file_that_vanishes_while_it_is_read_is_not_taken_for_none(one: Path) -> None:
    content, vanishing = Content(), [False, True, False]

    def read() -> int:
        if vanishing.pop(0):
            one.unlink()
        return number_or_none(one)

    live = content.watch((one,), read)
    one.write_text("22")
    assert not content.refresh()
    assert (live.value, content.faults) == (1, ())
    one.write_text("333")
    assert content.refresh()
    assert live.value == 333


def test_a_file_that_vanishes_while_the_bot_starts_is_read_when_it_is_back(one: Path) -> None:
    content, away = Content(), one.with_name("away")

    def read() -> int:
        if not away.exists():
            one.rename(away)
        return number_or_none(one)

    live = content.watch((one,), read)
    away.replace(one)
    away.touch()
    assert content.refresh()
    assert (live.value, content.faults) == (1, ())


def test_a_new_file_with_a_mistake_may_be_taken_away_again(one: Path) -> None:
    one.unlink()
    content = Content()
    live = content.watch((one,), lambda: number_or_none(one))
    one.write_text("xx")
    assert not content.refresh()
    assert content.faults
    one.unlink()
    assert not content.refresh()
    assert (live.value, content.faults) == (0, ())


def test_while_one_file_is_gone_no_other_changes(one: Path, tmp_path: Path) -> None:
    two = tmp_path / "two"
    two.write_text("2")
    content = Content()
    content.watch((one,), lambda: number_or_none(one))
    second = content.watch((two,), lambda: number_or_none(two))
    one.unlink()
    two.write_text("22")
    assert not any(content.refresh() for _ in range(LOOKS + 1))
    assert second.value == 2
    one.write_text("")
    assert content.refresh()
    assert (second.value, content.faults) == (22, ())


def test_a_directory_that_vanishes_takes_nothing_with_it(tmp_path: Path) -> None:
    directory = tmp_path / "content"
    directory.mkdir()
    paths = [directory / name for name in ("one", "two")]
    content = Content()
    for number, path in enumerate(paths, 1):
        path.write_text(str(number))
    lives = [content.watch((path, directory / "none"), partial(number_or_none, path)) for path in paths]
    directory.rename(tmp_path / "unmounted")
    assert not any(content.refresh() for _ in range(LOOKS))
    assert [live.value for live in lives] == [1, 2]
    assert [fault.split(":")[0] for fault in content.faults] == ["one", "two"]
    (tmp_path / "unmounted").rename(directory)
    content.refresh()
    assert content.faults == ()


def test_a_config_map_is_changed_by_a_link_and_what_it_no_longer_has_is_refused(tmp_path: Path) -> None:
    config_map = ConfigMap(tmp_path)
    config_map.becomes({"one": "1"})
    one, content = tmp_path / "one", Content()
    live = content.watch((one,), lambda: number_or_none(one))
    config_map.becomes({"one": "2"})
    assert content.refresh()
    config_map.becomes({"two": "2"})
    assert not any(content.refresh() for _ in range(LOOKS))
    assert (live.value, len(content.faults)) == (2, 1)
    config_map.becomes({"one": ""})
    assert content.refresh()
    assert (live.value, content.faults) == (0, ())


def test_all_files_change_or_none_does(one: Path, tmp_path: Path) -> None:
    two = tmp_path / "two"
    two.write_text("2")
    content = Content()
    first, second = content.watch((one,), lambda: read_number(one)), content.watch((two,), lambda: read_number(two))
    one.write_text("11")
    two.write_text("xx")
    assert not content.refresh()
    assert (first.value, second.value) == (1, 2)
    two.write_text("222")
    assert content.refresh()
    assert (first.value, second.value) == (11, 222)
