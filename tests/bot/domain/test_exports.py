"""Reading what people said, in every format that people have it in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.exports import Export, ExportError, Line

FORMATS = Path(os.environ.get("EVALUATION_DATA", "")) / "traffic" / "formats"
TELEGRAM: dict[str, Any] = {
    "name": "小组",
    "type": "private_supergroup",
    "id": 1,
    "messages": [
        {"id": 1, "type": "service", "actor": "Ann", "action": "joined", "text": ""},
        {"id": 2, "type": "message", "from": "Ann", "from_id": "user1", "text": "你好"},
        {
            "id": 3,
            "type": "message",
            "from": None,
            "from_id": "user2",
            "text": ["see ", {"type": "link", "text": "http://x"}, "!"],
        },
        {"id": 4, "type": "message", "from": "Bob", "from_id": "user2", "photo": "x.jpg", "text": ""},
    ],
}
AUTHOR = {"id": "7", "name": "ann", "isBot": False}
DISCORD: dict[str, Any] = {
    "guild": {"id": "1", "name": "Server"},
    "channel": {"id": "2", "name": "general"},
    "messages": [
        {"id": "1", "type": "ChannelNameChange", "content": "Changed the name.", "author": AUTHOR},
        {"id": "2", "type": "Default", "content": "hi", "author": AUTHOR, "reactions": [{"emoji": {"name": "x"}}]},
        {"id": "3", "type": "Reply", "content": "beep", "author": {**AUTHOR, "isBot": True}},
        {"id": "4", "type": "Reply", "content": "yes", "author": {"name": "bob"}},
    ],
}


def written(directory: Path, content: bytes | str) -> Path:
    path = directory / "file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(directory: Path, content: bytes | str) -> tuple[Export, list[Line]]:
    export = Export(written(directory, content))
    return export, list(export)


def test_a_telegram_export_of_one_chat(tmp_path: Path) -> None:
    export, lines = read(tmp_path, json.dumps(TELEGRAM, indent=1))
    assert export.format == "telegram"
    assert lines == [Line("user1", "你好", "小组"), Line("user2", "see http://x!", "小组")]


def test_a_telegram_export_of_all_chats_names_the_chat_of_each_line(tmp_path: Path) -> None:
    chats = [TELEGRAM, {**TELEGRAM, "name": None}, {**TELEGRAM, "name": "b"}]
    export, lines = read(tmp_path, json.dumps({"about": "x", "personal_information": {}, "chats": {"list": chats}}))
    assert export.format == "telegram"
    assert [line.chat for line in lines] == ["小组", "小组", "", "", "b", "b"]


def test_a_discord_export_without_bots_and_service_messages(tmp_path: Path) -> None:
    export, lines = read(tmp_path, json.dumps(DISCORD))
    assert export.format == "discord"
    assert lines == [Line("7", "hi", "general"), Line("bob", "yes", "general")]


def test_json_lines_with_a_channel_or_without(tmp_path: Path) -> None:
    export, lines = read(tmp_path, '\ufeff{"user": "a", "text": "x"}\n\n{"chan": "c", "user": 7, "text": "y"}\n')
    assert export.format == "lines"
    assert lines == [Line("a", "x"), Line("7", "y", "c")]


def test_lines_that_are_no_messages_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    export, lines = read(tmp_path, '{"user": "a", "text": "x"}\n{"text": 7}\nnonsense\n{"text": "y"}\n')
    assert [line.text for line in lines] == ["x", "y"]
    assert (export.skipped, export.first_skipped) == (2, "line 2")


def test_a_json_array(tmp_path: Path) -> None:
    export, lines = read(tmp_path, '[{"user": "a", "text": "x"}, 3, {"text": "y"}]')
    assert (export.format, export.skipped, export.first_skipped) == ("array", 1, "entry 2")
    assert [line.text for line in lines] == ["x", "y"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_plain_lines_in_the_encodings_people_have(tmp_path: Path, encoding: str) -> None:
    export, lines = read(tmp_path, "你好，世界\r\n\r\n[图片]\r\n再见".encode(encoding))
    assert export.format == "text"
    assert [line.text for line in lines] == ["你好，世界", "[图片]", "再见"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[]", b"{}", b'{"messages": []}'])
def test_a_file_without_messages_has_none(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content)[1] == []


def test_a_file_that_breaks_off_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    lines = iter(Export(written(tmp_path, json.dumps(TELEGRAM)[:-40])))
    assert [next(lines).text, next(lines).text] == ["你好", "see http://x!"]
    with pytest.raises(ExportError, match="file: not readable as JSON"):
        next(lines)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="No such file"):
        list(Export(tmp_path / "none"))
    with pytest.raises(ExportError, match="directory"):
        list(Export(tmp_path))


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused_in_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    try:
        _, lines = read(tmp_path_factory.getbasetemp(), content)
    except ExportError as error:
        assert "\n" not in str(error)  # noqa: PT017 — either outcome is right
    else:
        assert all(line.text.strip() for line in lines)


@pytest.mark.skipif(not FORMATS.is_dir(), reason="EVALUATION_DATA is not there")
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("telegram-export-dm.json", 4),
        ("telegram-export-big.json", 5475),
        ("discord-chat-exporter.json", 1),
        ("discord-export-gc.json", 3),
        ("discord-export-guild.json", 5),
    ],
)
def test_exports_that_others_have_made(name: str, count: int) -> None:
    lines = list(Export(FORMATS / name))
    assert len(lines) == count
    assert all(line.user and line.chat for line in lines)
