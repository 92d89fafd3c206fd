from __future__ import annotations

from pathlib import Path

from bot.domain.message import Chat, Message, Person
from handlers.llm.identity import NAME, identifier, identity_key


def said(platform: str, person: str) -> Message:
    return Message(platform, "1", "1", Chat("1", private=True), Person(person, ""), "", 0.0)


def test_the_key_survives_a_restart_and_only_the_owner_can_read_it(tmp_path: Path) -> None:
    assert identity_key(tmp_path / "data") == identity_key(tmp_path / "data")
    assert (tmp_path / "data" / NAME).stat().st_mode & 0o777 == 0o600


def test_two_installations_know_the_same_person_by_different_names(tmp_path: Path) -> None:
    one, two = (identity_key(tmp_path / name) for name in ("one", "two"))
    assert identifier(said("telegram", "1"), one) != identifier(said("telegram", "1"), two)


def test_the_same_id_on_another_platform_is_another_person() -> None:
    names = {identifier(said(*who), b"k") for who in (("a", "1"), ("b", "1"), ("a", "2"), ('a", "', "1"))}
    assert len(names) == 4


def test_half_a_key_is_replaced(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"half")
    assert len(identity_key(tmp_path)) == 32
    assert identity_key(tmp_path) == (tmp_path / NAME).read_bytes()


def test_where_nothing_can_be_kept_there_is_a_key_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(identity_key(tmp_path / "file")) == 32
