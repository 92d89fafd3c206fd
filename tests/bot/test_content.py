"""The owner's files: refused at start when they are wrong, kept as they were when a change is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content import Content, ContentError


def read_number(path: Path) -> int:
    try:
        return int(path.read_text())
    except ValueError:
        raise ValueError(f"{path.name}, line 1: no number") from None


@pytest.fixture
def one(tmp_path: Path) -> Path:
    path = tmp_path / "one"
    path.write_text("1")
    return path


def test_a_broken_file_is_refused_at_start(one: Path) -> None:
    one.write_text("x")
    with pytest.raises(ContentError, match="one, line 1: no number"):
        Content().watch((one,), lambda: read_number(one))


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


def test_a_bug_in_reading_a_change_keeps_the_old_and_ends_nothing(one: Path) -> None:
    content = Content()
    live = content.watch((one,), lambda: [1, 2][int(one.read_text()) - 1])
    one.write_text("33")
    assert not content.refresh()
    assert live.value == 1
    assert "one: cannot be read by a bug" in content.faults[0]


def test_a_file_that_goes_away_and_comes_back_as_it_was_is_no_fault(one: Path) -> None:
    content = Content()
    content.watch((one,), lambda: read_number(one))
    one.rename(one.with_name("away"))
    assert not content.refresh()
    assert content.faults
    one.with_name("away").rename(one)
    content.refresh()
    assert content.faults == ()


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
