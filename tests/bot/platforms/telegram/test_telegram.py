"""What else the platform is asked: who it is, whose files, who administers."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.config.catalogue import LANGUAGES, Catalogue
from bot.config.settings import SettingsError, read_settings
from bot.domain.errors import Apology
from bot.domain.message import Attachment, Chat, Message, Person
from bot.platforms.telegram import Telegram, build
from bot.platforms.telegram.client import open_account
from tests.bot.platforms.telegram.conftest import make_commands, make_platform
from tests.servers.forward import ForwardProxy, surround
from tests.servers.telegram import TelegramServer

TEXTS = Path(__file__).parents[4] / "handlers" / "texts"


@pytest.fixture
async def platform(server: TelegramServer) -> AsyncIterator[Telegram]:
    platform = make_platform(server)
    yield platform
    await platform.close()


def said_by(person: int, chat: int, *, private: bool = False) -> Message:
    return Message("telegram", "1", "1", Chat(str(chat), private), Person(str(person), "x"), "?", 0.0)


def test_without_a_token_there_is_no_platform() -> None:
    assert build(read_settings(_env_file=None, telegram_token=None), Catalogue(TEXTS), make_commands()) is None


async def test_it_is_built_from_the_settings_alone(server: TelegramServer) -> None:
    for url in (server.url, f"{server.url}/"):
        settings = read_settings(_env_file=None, telegram_token=f" {server.token}\n", telegram_api_url=url)
        platform = build(settings, Catalogue(TEXTS), make_commands())
        assert platform
        assert (platform.name, await platform.probe()) == ("telegram", "@yingda_bot")
        await platform.close()


async def test_a_wrong_token_is_said_in_every_language(server: TelegramServer) -> None:
    platform = make_platform(server, token="456:wrong")
    with pytest.raises(Apology) as apology:
        await platform.probe()
    await platform.close()
    sentences = {Catalogue(TEXTS).say(each, apology.value.key, **apology.value.values) for each in LANGUAGES}
    assert len(sentences) == 3
    assert all("TELEGRAM_TOKEN" in each for each in sentences)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://", "ftp://127.0.0.1"])
async def test_an_address_where_nobody_answers_is_named(server: TelegramServer, url: str) -> None:
    platform = make_platform(server, telegram_api_url=url)
    with pytest.raises(Apology) as apology:
        await platform.probe()
    await platform.close()
    sentence = Catalogue(TEXTS).say("en", apology.value.key, **apology.value.values)
    assert url in sentence
    assert server.token not in sentence


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"ok": true, "result": 7}'])
async def test_an_address_where_something_else_answers_is_named(
    server: TelegramServer, platform: Telegram, body: bytes
) -> None:
    server.babbles("getMe", body)
    with pytest.raises(Apology, match="telegram_unreachable"):
        await platform.probe()


async def test_it_goes_through_the_proxy_of_the_environment(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.api.files["f1"] = ("a.txt", b"content")
    async with ForwardProxy({"telegram.invalid": urlsplit(server.url).port or 0}, "ann:test-p@ss:word/ü") as proxy:
        surround(monkeypatch, http_proxy=proxy.url.removeprefix("http://"))
        platform = make_platform(server, telegram_api_url="http://telegram.invalid")
        assert await platform.probe() == "@yingda_bot"
        assert await platform.read(Attachment("f1", "a.txt", "text/plain", 7)) == b"content"
        await platform.close()
    assert (len(proxy.passed), proxy.refused) == (3, 0)


async def test_an_address_that_needs_no_proxy_is_asked_without(
    server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ForwardProxy() as proxy:
        surround(monkeypatch, ALL_PROXY=proxy.url, NO_PROXY="127.0.0.1")
        platform = make_platform(server)
        assert await platform.probe() == "@yingda_bot"
        await platform.close()
    assert proxy.passed == []


def test_a_proxy_that_cannot_be_used_is_said_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    surround(monkeypatch, ALL_PROXY="socks5://127.0.0.1:7891")
    with pytest.raises(SettingsError, match=r"ALL_PROXY: .* SOCKS .* HTTPS_PROXY"):
        build(read_settings(_env_file=None, telegram_token="123:test"), Catalogue(TEXTS), make_commands())


async def test_files_are_read(server: TelegramServer, platform: Telegram) -> None:
    server.api.files["f1"] = ("图.png", b"\x00\x01")
    assert await platform.read(Attachment("f1", "图.png", "image/png", 2)) == b"\x00\x01"


@pytest.mark.parametrize(
    ("attachment", "key"),
    [
        (Attachment("f1", "x", "x/x", 20_000_001), "telegram_file_large"),
        (Attachment("big", "x", "x/x", 0), "telegram_file_large"),
        (Attachment("never", "x", "x/x", 0), "telegram_file_gone"),
        (Attachment("cut", "x", "x/x", 0), "telegram_file_unread"),
    ],
)
async def test_files_that_cannot_be_read_are_apologised_for(
    server: TelegramServer, platform: Telegram, attachment: Attachment, key: str
) -> None:
    server.api.files["big"] = ("x", bytes(20 * 1024 * 1024 + 1))
    if attachment.id == "cut":
        server.cuts("getFile")
    with pytest.raises(Apology, match=key):
        await platform.read(attachment)


async def test_who_administers_is_asked_once_a_minute(server: TelegramServer) -> None:
    group = server.group("dev")
    admin, owner = group.member("ann", status="administrator"), group.member("oz", status="creator")
    bob = group.member("bob")
    clock = itertools.count(0, 10)
    settings = read_settings(_env_file=None, telegram_api_url=server.url)
    account = open_account(server.token, settings)
    platform = Telegram(account, settings, make_commands(), clock=lambda: float(next(clock)))
    answers = [await platform.is_admin(said_by(each.user["id"], group.room.id)) for each in (admin, owner, bob, bob)]
    assert answers == [True, True, False, False]
    assert len(server.called("getChatMember")) == 3
    for _ in range(8):
        await platform.is_admin(said_by(bob.user["id"], group.room.id))
    await platform.close()
    assert len(server.called("getChatMember")) == 4


async def test_in_private_everyone_administers(server: TelegramServer, platform: Telegram) -> None:
    assert await platform.is_admin(said_by(5, 5, private=True))
    assert not server.calls


async def test_nobody_administers_while_telegram_does_not_say_so(server: TelegramServer, platform: Telegram) -> None:
    group = server.group("dev")
    admin = group.member("ann", status="administrator")
    server.cuts("getChatMember")
    assert not await platform.is_admin(said_by(admin.user["id"], group.room.id))
    assert await platform.is_admin(said_by(admin.user["id"], group.room.id))
