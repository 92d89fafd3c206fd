"""What people do on Telegram, and what the bot hears of it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bot.domain.message import Attachment, Message, Person
from tests.bot.platforms.telegram.conftest import Listen, page, silence
from tests.servers.telegram import TelegramServer
from tests.servers.telegram.people import person

OTHER_BOT: dict[str, Any] = {"id": 77, "is_bot": True, "first_name": "Other", "username": "other_bot"}
ANONYMOUS: dict[str, Any] = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


async def test_a_private_message_is_heard_and_answered(server: TelegramServer, listen: Listen) -> None:
    alice = server.private("alice", language="zh-hans")
    async with listen() as bot:
        await alice.says("你好")
        await alice.sees("echo: 你好")
        heard = await bot.heard()
    assert heard.sender == Person(str(alice.user["id"]), "alice", "zh-hans")
    assert heard.chat.private
    assert heard.addressed
    assert (heard.id, heard.update) == (str(alice.said), str(alice.update))
    assert heard.time == pytest.approx(time.time(), abs=5)
    assert Message.load(heard.dump()) == heard


async def test_in_a_group_nobody_is_addressed_by_chatting(server: TelegramServer, listen: Listen) -> None:
    bob = server.group("dev").member("bob")
    async with listen() as bot:
        await bob.says("anyone here?")
        heard = await bot.heard()
    assert not heard.addressed
    assert heard.chat.title == "dev"
    assert not heard.chat.private


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("@yingda_bot what now", "what now"),
        ("@Yingda_Bot", ""),
        ("tell me @yingda_bot please", "tell me please"),
        ("😀🎉 你好 @yingda_bot 在吗", "😀🎉 你好 在吗"),
        ("再见@yingda_bot", "再见"),
        ("@yingda_bot讲讲意义吧", "讲讲意义吧"),
        ("😀请@yingda_bot 讲讲", "😀请 讲讲"),
        ("，@YINGDA_BOT，你好", "，，你好"),
        ("（@yingda_bot）", "（）"),
        ("/help@yingda_bot", "/help"),
        ("/HELP@YINGDA_BOT now", "/HELP now"),
        ("/帮助@yingda_bot", "/帮助"),
    ],
)
async def test_a_mention_addresses_the_bot_and_is_not_heard(
    server: TelegramServer, listen: Listen, said: str, heard: str
) -> None:
    bob = server.group("dev").member("bob")
    async with listen(silence) as bot:
        await bob.says(said)
        message = await bot.heard()
    assert (message.text, message.addressed) == (heard, True)


async def test_a_mention_by_id_addresses_the_bot(server: TelegramServer, listen: Listen) -> None:
    bob = server.group("dev").member("bob")
    named = {"type": "text_mention", "offset": 3, "length": 2, "user": server.api.me}
    async with listen(silence) as bot:
        await bob.says("😀 应答 在吗", entities=[named])
        message = await bot.heard()
    assert (message.text, message.addressed) == ("😀 在吗", True)


async def test_a_mention_of_somebody_else_is_left_alone(server: TelegramServer, listen: Listen) -> None:
    bob = server.group("dev").member("bob")
    async with listen(silence) as bot:
        await bob.says("ask @yingda_bots or @carol")
        message = await bot.heard()
    assert (message.text, message.addressed) == ("ask @yingda_bots or @carol", False)


@pytest.mark.parametrize(
    "said",
    [
        "a@yingda_bot.com",
        "@yingda_bot2",
        "x@yingda_bot",
        "用@yingda_bot.org看看",
        "看https://t.me/@yingda_bot吧",
        "写@@yingda_bot吧",
        "给a-@yingda_bot写",
    ],
)
async def test_what_only_looks_like_its_name_is_left_alone(server: TelegramServer, listen: Listen, said: str) -> None:
    bob = server.group("dev").member("bob")
    async with listen(silence) as bot:
        await bob.says(said)
        message = await bot.heard()
    assert (message.text, message.addressed) == (said, False)


@pytest.mark.parametrize("kind", ["code", "pre", "url", "text_link", "email"])
async def test_a_name_within_code_or_an_address_means_nobody(server: TelegramServer, listen: Listen, kind: str) -> None:
    bob = server.group("dev").member("bob")
    link = {"url": "https://example.org"} if kind == "text_link" else {}
    async with listen(silence) as bot:
        await bob.says("😀看@yingda_bot吧", entities=[{"type": kind, "offset": 3, "length": 11, **link}])
        message = await bot.heard()
    assert (message.text, message.addressed) == ("😀看@yingda_bot吧", False)


@pytest.mark.parametrize(("said", "addressed"), [("/help", True), ("/重置", True), ("/weather", False)])
async def test_a_command_of_its_own_addresses_the_bot(
    server: TelegramServer, listen: Listen, said: str, *, addressed: bool
) -> None:
    bob = server.group("dev").member("bob")
    async with listen(silence) as bot:
        await bob.says(said)
        assert (await bot.heard()).addressed is addressed


async def test_a_command_for_another_bot_is_not_heard(server: TelegramServer, listen: Listen) -> None:
    bob = server.group("dev").member("bob")
    async with listen(silence) as bot:
        await bob.says("/help@other_bot")
        await bob.says("after it")
        assert (await bot.heard()).text == "after it"


async def test_a_reply_to_the_bot_addresses_it_and_quotes_it(server: TelegramServer, listen: Listen) -> None:
    bob = server.group("dev").member("bob")
    async with listen() as bot:
        await bob.says("/help")
        answer = await bob.sees("echo: /help")
        await bob.says("and then?", reply_to=answer.id)
        heard = await bot.heard(2)
    assert heard.addressed
    assert heard.quote
    assert (heard.quote.id, heard.quote.text, heard.quote.mine) == (str(answer.id), "echo: /help", True)


async def test_a_reply_to_a_person_quotes_them(server: TelegramServer, listen: Listen) -> None:
    group = server.group("dev")
    carol, bob = group.member("carol"), group.member("bob")
    async with listen(silence) as bot:
        await bob.says("no!", reply_to=await carol.says("yes"))
        heard = await bot.heard(2)
    assert not heard.addressed
    assert heard.quote
    assert (heard.quote.text, heard.quote.mine, heard.quote.sender) == (
        "yes",
        False,
        Person(str(carol.user["id"]), "carol", "en"),
    )


async def test_a_topic_is_part_of_the_chat_and_its_opening_is_no_quote(server: TelegramServer, listen: Listen) -> None:
    group = server.group("forum", forum=True)
    topic = group.topic()
    group.room.messages[topic] = {
        "message_id": topic, "date": 1, "chat": group.room.json(), "from": server.api.me,
        "forum_topic_created": {"name": "Help", "icon_color": 1},
    }  # fmt: skip
    async with listen(silence) as bot:
        await group.member("bob").says("hello", topic=topic, reply_to=topic)
        heard = await bot.heard()
    assert (heard.chat.thread, heard.quote, heard.addressed) == (str(topic), None, False)


async def test_a_thread_of_replies_is_no_topic(server: TelegramServer, listen: Listen) -> None:
    async with listen(silence) as bot:
        await server.group("dev").member("bob").says("hello", message_thread_id=99)
        assert (await bot.heard()).chat.thread == ""


@pytest.mark.parametrize(
    ("kind", "details", "attachment"),
    [
        ("photo", {}, ("photo.jpg", "image/jpeg")),
        ("voice", {"mime_type": "audio/ogg"}, ("voice.ogg", "audio/ogg")),
        ("document", {"file_name": "表.xlsx", "mime_type": "text/x"}, ("表.xlsx", "text/x")),
        ("audio", {"file_name": "a.mp3", "mime_type": "audio/mpeg"}, ("a.mp3", "audio/mpeg")),
        ("video", {"mime_type": "video/mp4"}, ("video.mp4", "video/mp4")),
        ("video_note", {}, ("video.mp4", "video/mp4")),
        ("sticker", {}, ("sticker.webp", "image/webp")),
        ("animation", {"mime_type": "video/mp4"}, ("animation.mp4", "video/mp4")),
    ],
)
async def test_a_file_comes_with_its_caption(
    server: TelegramServer, listen: Listen, kind: str, details: dict[str, Any], attachment: tuple[str, str]
) -> None:
    bob = server.group("dev").member("bob")
    async with listen(silence) as bot:
        await bob.sends(kind, b"12345", caption="@yingda_bot what is this", **details)
        heard = await bot.heard()
        assert await bot.platform.read(heard.attachments[0]) == b"12345"
    assert (heard.text, heard.addressed) == ("what is this", True)
    assert heard.attachments == (Attachment(f"{kind}-0", *attachment, 5),)


async def test_what_nobody_says_to_the_bot_is_not_heard(server: TelegramServer, listen: Listen) -> None:
    group, channel = server.group("dev"), server.group("news", kind="channel")
    bob = person("bob")
    async with listen(silence) as bot:
        server.updates.add("edited_message", {"message_id": 1, "date": 1, "chat": group.room.json(), "text": "edited"})
        group.reports(text="I am a bot", sender=OTHER_BOT)
        group.reports(text="/help@yingda_bot", sender=OTHER_BOT)
        group.reports(new_chat_members=[bob], sender=bob)
        group.reports(
            text="a post", is_automatic_forward=True, sender_chat=channel.room.json(), sender=person("Telegram")
        )
        channel.reports("channel_post", text="a post", sender_chat=channel.room.json())
        channel.reports("channel_post", text="/help", sender_chat=channel.room.json())
        await group.member("bob").says("now me")
        assert (await bot.heard()).text == "now me"


async def test_a_channel_that_names_the_bot_is_answered_there(server: TelegramServer, listen: Listen) -> None:
    channel = server.group("news", kind="channel")
    async with listen() as bot:
        text, entity = "@yingda_bot hello", {"type": "mention", "offset": 0, "length": 11}
        channel.reports("channel_post", text=text, entities=[entity], sender_chat=channel.room.json())
        heard = await bot.heard()
        assert await bot.platform.is_admin(heard)
        await server.until(lambda: channel.room.texts == ["echo: hello"])
    assert heard.sender == Person(str(channel.room.id), "news")


async def test_an_anonymous_administrator_speaks_as_the_group(server: TelegramServer, listen: Listen) -> None:
    group = server.group("dev")
    async with listen(silence) as bot:
        group.reports(text="/reset", sender_chat=group.room.json(), sender=ANONYMOUS)
        heard = await bot.heard()
        assert await bot.platform.is_admin(heard)
    assert heard.sender == Person(str(group.room.id), "dev")


async def test_a_channel_that_speaks_in_a_group_is_a_person_without_rights(
    server: TelegramServer, listen: Listen
) -> None:
    group, channel = server.group("dev"), server.group("news", kind="channel")
    async with listen(silence) as bot:
        group.reports(text="hi", sender_chat=channel.room.json(), sender={**ANONYMOUS, "id": 136817688})
        heard = await bot.heard()
        assert not await bot.platform.is_admin(heard)
    assert heard.sender == Person(str(channel.room.id), "news")


async def test_being_added_and_removed_disturbs_nothing(server: TelegramServer, listen: Listen) -> None:
    group = server.group("dev")
    me = {"user": server.api.me}
    change = {"chat": group.room.json(), "from": person("bob"), "date": 1}
    async with listen() as bot:
        for status in ("member", "left"):
            membership = {"old_chat_member": {**me, "status": "left"}, "new_chat_member": {**me, "status": status}}
            await server.acknowledged(server.updates.add("my_chat_member", {**change, **membership}))
    assert not bot.messages


async def test_a_move_to_a_supergroup_is_told_once_and_not_answered(server: TelegramServer, listen: Listen) -> None:
    group = server.group("dev", kind="group")
    async with listen() as bot:
        moved = group.becomes_supergroup()
        await moved.member("bob").says("are we there?")
        await bot.heard()
    assert bot.moves == [("telegram", str(group.room.id), str(moved.room.id))]
    assert len(bot.messages) == 1


@pytest.mark.parametrize(
    "text",
    ["x" * 100_000, "\ud83d", "a\ud800b", "\u202eمرحبا\u202c", "H̸̡̪̯ͨ͊̽̅" * 200, "\x00\x01\x1b[31m", "👨‍👩‍👧‍👦" * 500, "   "],
    ids=["long", "lone", "lone inside", "rtl", "zalgo", "control", "emoji", "blank"],
)
async def test_strange_texts_are_heard_and_answered(server: TelegramServer, listen: Listen, text: str) -> None:
    alice = server.private()
    async with listen(silence) as bot:
        await alice.says(text, entities=[{"type": "mention", "offset": 0, "length": 9999}])
        heard = await bot.heard()
        assert heard.text == text
        await bot.platform.outlet(heard).write(page(text[:3]))
        await alice.says("still there?")
        assert (await bot.heard(2)).text == "still there?"
