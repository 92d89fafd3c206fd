"""The loopback Telegram refuses what the real one refuses, and delivers as it does; asked through the real client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from tests.servers.telegram import TelegramServer

ALICE = 10_000


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        running.private("alice", id=ALICE)
        yield running


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot") as running:
        yield running


def entity(kind: str, offset: int, length: int, url: str | None = None) -> MessageEntity:
    return MessageEntity(kind, offset, length, url=url)


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("", {}, "message text is empty"),
        (" \n", {}, "text must be non-empty"),
        ("👋" * 2049, {}, "message is too long"),
        ("abc", {"entities": [entity("bold", 2, 2)]}, "can't parse entities"),
        ("abc", {"entities": [entity("bold", -1, 2)]}, "can't parse entities"),
        ("abc", {"entities": [entity("bold", 0, 0)]}, "can't parse entities"),
        ("abc", {"entities": [entity("shiny", 0, 1)]}, "can't parse entities"),
        ("abc", {"entities": [entity("bold", 0, 2), entity("italic", 1, 2)]}, "entities overlap"),
        ("👋👋", {"entities": [entity("bold", 0, 1)]}, "can't parse entities"),
        ("abc", {"entities": [entity("text_link", 0, 1)]}, "text_link without url"),
        ("abc", {"entities": [entity("text_link", 0, 1, "http://a.example/" + "x" * 9500)]}, "entities_too_long"),
        ("abc", {"entities": [entity("pre", 0, 3), entity("bold", 0, 2)]}, "bold within pre"),
        ("abc", {"entities": [entity("bold", 0, 3), entity("code", 0, 2)]}, "code within bold"),
        ("abc", {"entities": [entity("blockquote", 0, 3), entity("blockquote", 0, 2)]}, "within blockquote"),
        ("abc", {"message_thread_id": 5}, "message thread not found"),
        ("abc", {"reply_parameters": ReplyParameters(99)}, "message to be replied not found"),
        (
            "abc",
            {"reply_markup": InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="好" * 22)]])},
            "BUTTON_DATA_INVALID",
        ),
    ],
)
async def test_it_refuses_messages(bot: Bot, text: str, more: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){said}"):
        await bot.send_message(ALICE, text, **more)


@pytest.mark.parametrize(
    "url",
    ["http://localhost:3000", "http://my-pc", "http://", "http:///x", "http://a.example:port/", "http://a.example:70000",
     "http://b.example@localhost", "https://<host>.example/"],
)  # fmt: skip
async def test_it_refuses_links_to_what_is_no_host_of_the_internet(bot: Bot, url: str) -> None:
    with pytest.raises(BadRequest, match=r"(?i)entity url '.*' is invalid"):
        await bot.send_message(ALICE, "abc", entities=[entity("text_link", 0, 1, url)])


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:3000", "http://[::1]:3000/x", "HTTPS://a.example", "https://me:x@a.example", "http://例子.中国/电报"],
)  # fmt: skip
async def test_it_takes_links_to_any_host_with_a_dot_and_to_ipv6(bot: Bot, server: TelegramServer, url: str) -> None:
    await bot.send_message(ALICE, "abc", entities=[entity("text_link", 0, 1, url)])
    assert server.private(id=ALICE).room.seen[1].stretches("text_link") == ["a"]


async def test_it_drops_all_entities_after_the_hundredth(bot: Bot, server: TelegramServer) -> None:
    await bot.send_message(ALICE, "a " * 150, entities=[entity("bold", each * 2, 1) for each in range(150)])
    assert len(server.private(id=ALICE).room.seen[1].entities) == 100


async def test_nested_entities_are_right(bot: Bot, server: TelegramServer) -> None:
    nested = [entity("bold", 0, 5), entity("italic", 0, 2), entity("italic", 3, 2), entity("code", 6, 2)]
    await bot.send_message(ALICE, "👋 ab cd", entities=nested)
    assert server.private(id=ALICE).room.seen[1].stretches("italic") == ["👋", "ab"]


async def test_it_refuses_unknown_chats_and_tokens(bot: Bot, server: TelegramServer) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(404, "x")
    with pytest.raises(InvalidToken):
        async with Bot("456:wrong", base_url=f"{server.url}/bot"):
            pass


async def test_it_refuses_edits(bot: Bot, server: TelegramServer) -> None:
    said = await server.private(id=ALICE).says("mine")
    sent = await bot.send_message(ALICE, "a")
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("a", ALICE, sent.message_id)
    with pytest.raises(BadRequest, match="to edit not found"):
        await bot.edit_message_text("b", ALICE, 999)
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("b", ALICE, said)


async def test_it_refuses_drafts_in_groups_and_without_an_id(bot: Bot, server: TelegramServer) -> None:
    with pytest.raises(BadRequest, match=r"(?i)textdraft_peer_invalid"):
        await bot.send_message_draft(server.group().room.id, 1, "x")
    with pytest.raises(BadRequest, match=r"(?i)textdraft_id_invalid"):
        await bot.send_message_draft(ALICE, 0, "x")


async def test_updates_stay_until_they_are_acknowledged(bot: Bot, server: TelegramServer) -> None:
    alice = server.private(id=ALICE)
    await alice.says("one")
    await alice.says("two")
    first = await bot.get_updates(timeout=1)
    assert first == await bot.get_updates(timeout=1)
    assert [each.message and each.message.text for each in first] == ["one", "two"]
    rest = await bot.get_updates(offset=first[0].update_id + 1, timeout=1)
    assert [each.message and each.message.text for each in rest] == ["two"]
    assert await bot.get_updates(offset=rest[0].update_id + 1, timeout=0) == ()


async def test_a_long_poll_is_answered_by_what_comes(bot: Bot, server: TelegramServer) -> None:
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(bot.get_updates(timeout=10))
        await server.private(id=ALICE).says("now")
    assert poll.result()[0].message


async def test_a_second_poller_ends_the_first(server: TelegramServer) -> None:
    url = f"{server.url}/bot"
    async with Bot(server.token, base_url=url) as first, Bot(server.token, base_url=url) as second:

        async def ended() -> None:
            with pytest.raises(Conflict):
                await first.get_updates(timeout=10)

        async with asyncio.TaskGroup() as group:
            group.create_task(ended())
            await server.updates.bell.until(lambda: server.updates.polled == 1, 5)
            await second.get_updates(timeout=0)


async def test_a_webhook_gets_updates_with_its_secret_until_it_takes_them(bot: Bot, server: TelegramServer) -> None:
    got: list[tuple[str, str | None]] = []
    done = asyncio.Event()

    async def hook(request: web.Request) -> web.Response:
        text = (await request.json())["message"]["text"]
        got.append((text, request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        if text == "two":
            done.set()
        return web.Response(status=500 if len(got) == 1 else 200)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="hush")
    with pytest.raises(Conflict, match="webhook"):
        await bot.get_updates(timeout=0)
    alice = server.private(id=ALICE)
    await alice.says("one")
    await alice.says("two")
    await asyncio.wait_for(done.wait(), 10)
    await server.acknowledged(alice.update)
    await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""
    await runner.cleanup()
    assert got == [("one", "hush"), ("one", "hush"), ("two", "hush")]


async def test_what_goes_wrong_goes_wrong_as_often_as_asked(bot: Bot, server: TelegramServer) -> None:
    server.refuses("sendMessage", "Bad Gateway", 502)
    server.cuts("sendMessage")
    server.cuts("sendMessage", done=True)
    for _ in range(3):
        with pytest.raises(TelegramError):
            await bot.send_message(ALICE, "x")
    await bot.send_message(ALICE, "y")
    assert server.private(id=ALICE).texts == ["x", "y"]


async def test_what_is_not_seen_is_said_with_what_is(bot: Bot, server: TelegramServer) -> None:
    server.patience = 0.05
    alice = server.private(id=ALICE)
    await bot.send_message(ALICE, "good morning")
    with pytest.raises(AssertionError, match="good morning"):
        await alice.sees("good night")
