"""What people do beside asking: they call the bot to somebody's words, press old buttons, send pictures and voices."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.whole.world import PATIENCE, World, opened

WANTED = "今天谁带了雨伞可以借我用一下，谢谢"
GONE = "选项已经不在了"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path) as world:
        yield world


@pytest.mark.parametrize("called", ["@yingda_bot", "@yingda_bot 你来回答"])
async def test_on_telegram_who_calls_the_bot_to_somebodys_words_has_these_answered(world: World, called: str) -> None:
    group = world.telegram.group("users")
    ann, bob = group.member("ann", language="zh-hans"), group.member("bob", language="zh-hans")
    wanted = await ann.says(WANTED)
    world.model.say("前台有伞。")
    await bob.says(called, reply_to=wanted)
    seen = await bob.sees("前台有伞。")
    assert seen.reply_to == wanted
    assert world.model.calls[-1].body["messages"][-1]["content"].endswith(WANTED)


async def test_on_discord_who_calls_the_bot_to_somebodys_words_has_these_answered(world: World) -> None:
    channel = world.discord.text_channel(world.discord.guild("users"))
    ann, bob = world.discord.member(channel, "ann", "zh-CN"), world.discord.member(channel, "bob", "zh-CN")
    await world.connected()
    wanted = await ann.says(WANTED)
    world.model.say("前台有伞。")
    await bob.says("@bot 帮她看看", reply_to=wanted)
    seen = await bob.sees_part("前台有伞。", within=PATIENCE)
    assert seen.reference_id == wanted.id


async def test_who_only_calls_is_told_what_can_be_asked(world: World) -> None:
    channel = world.discord.text_channel(world.discord.guild("users"))
    ann = world.discord.member(channel, "ann", "zh-CN")
    bob = world.telegram.group("users").member("bob", language="zh-hans")
    await world.connected()
    await bob.says("@yingda_bot")
    await bob.sees(re.compile("直接问就行"))
    await ann.says("@bot")
    await ann.sees_part("直接问就行", within=PATIENCE)


async def test_who_sends_no_words_in_private_is_told_once_that_words_are_understood(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    await alice.sends("voice", b"ogg")
    await alice.sees(re.compile("只看得懂文字"))
    await alice.sends("photo", b"jpg")
    await alice.says("多少钱？")
    await alice.sees(re.compile("完全免费"))
    assert len(alice.texts) == 2
    bob = world.telegram.private("bob", language="en")
    await bob.says("", location={"latitude": 1.5, "longitude": 2.5})
    await bob.sees(re.compile("only read text"))
    carol = world.discord.dm("carol", "zh-CN")
    await world.connected()
    await carol.says("", files={"a.png": b"png"})
    await carol.sees_part("只看得懂文字", within=PATIENCE)


async def test_of_an_album_with_words_the_words_alone_are_answered(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    await alice.says("", photo=photo("1"), caption="多少钱？", media_group_id="7")
    await alice.sees(re.compile("完全免费"))
    for number in ("2", "3"):
        await alice.says("", photo=photo(number), media_group_id="7")
    await alice.says("/stop")
    await alice.answered()
    assert len(alice.texts) == 2


def photo(number: str) -> list[dict[str, object]]:
    return [{"file_id": number, "file_unique_id": number, "file_size": 9, "width": 9, "height": 9}]


async def test_a_button_of_a_message_that_telegram_no_longer_shows_works(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    await alice.says("加密")
    [label, *_] = (await alice.answered()).labels
    await alice.presses(label, forgets=True)
    assert GONE not in (await alice.answered()).text
