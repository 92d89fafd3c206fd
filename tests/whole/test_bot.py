"""What people say to the whole bot and what they see, on Telegram and Discord at once, with the example content."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.servers.openai import Pause
from tests.whole.world import PATIENCE, World, opened

FREE = re.compile("开源软件，完全免费")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path) as world:
        yield world


async def test_telegram_is_answered_by_rule_by_faq_and_by_the_model(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    await alice.says("多少钱？")
    await alice.sees(FREE)
    await alice.says("怎么关闭端到端加密")
    await alice.sees(re.compile("关闭端到端加密，输入口令"))
    world.model.say("The ", "**answer**", " is 42.")
    await alice.says("生命的意义是什么呢？")
    await alice.sees("The answer is 42.")


async def test_discord_is_answered_by_rule_by_faq_and_by_the_model(world: World) -> None:
    bob = world.discord.dm("bob", "zh-CN")
    await world.connected()
    await bob.says("多少钱？")
    await bob.sees_part("完全免费", within=PATIENCE)
    await bob.says("怎么关闭端到端加密")
    await bob.sees_part("关闭端到端加密，输入口令")
    world.model.say("The ", "**answer**", " is 42.")
    await bob.says("生命的意义是什么呢？")
    await bob.sees("The **answer** is 42.")


async def test_a_slash_command_of_discord_works_on_an_attached_file(world: World) -> None:
    bob = world.discord.dm("bob", "zh-CN")
    await world.connected()
    await bob.invokes("convert", file=("文章.txt", "憂鬱的臺灣烏龜".encode("big5")))
    await bob.sees("忧郁的台湾乌龟", within=PATIENCE)
    for name, content, sentence in (
        ("a.png", b"\x89PNG", "a.png 不是 .txt 文件"),
        ("empty.txt", b"", "empty.txt 里面没有文字"),
        ("noise.txt", b"\x00\x01\x02\xff", "noise.txt 读出来不像文字"),
        ("long.txt", b"x" * ((1 << 20) + 1), "long.txt 太大了，最多处理 1 MB"),
    ):
        await bob.invokes("分词", file=(name, content))
        await bob.sees_part(sentence)


async def test_the_model_is_told_what_was_said_before_whoever_answered_it(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    await alice.says("多少钱？")
    await alice.sees(FREE)
    world.model.say("因为自由。")
    await alice.says("这又是为什么呢，讲讲道理？")
    await alice.sees("因为自由。")
    told = str(world.model.calls[-1].body["messages"])
    assert "多少钱？" in told
    assert "完全免费" in told


async def test_memory_survives_a_restart(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    await alice.says("多少钱？")
    await alice.sees(FREE)
    assert await world.end() == 0
    await world.start()
    await alice.says("/memory")
    await alice.sees(re.compile("> 多少钱？"))


async def test_why_tells_where_the_quoted_answer_came_from(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    await alice.says("怎么关闭端到端加密")
    seen = await alice.sees(re.compile("输入口令"))
    await alice.says("/why", reply_to=seen.id)
    await alice.sees(re.compile("来自常见问题 encryption-off（把握 9[0-9]%|来自常见问题 encryption-off"))


async def test_a_group_is_answered_when_asked_and_left_alone_otherwise(world: World) -> None:
    group = world.telegram.group("users", forum=True)
    topic = group.topic()
    carol = group.member("carol", language="zh-hans")
    await carol.says("今天中午吃什么", topic=topic)
    world.model.say("你好呀。")
    await carol.says(f"@{world.telegram.api.me['username']} 随便聊聊生命的意义吧", topic=topic)
    seen = await carol.sees("你好呀。")
    assert seen.thread == topic
    assert len(carol.texts) == 1


async def test_slash_commands_are_registered_and_answered(world: World) -> None:
    bob = world.discord.dm("bob", "zh-CN")
    await world.connected()
    await bob.invokes("帮助")
    await bob.sees_part("/memory", within=PATIENCE)


async def test_a_choice_is_answered_by_what_was_chosen(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    await alice.says("加密")
    seen = await alice.answered()
    [label, *_] = seen.labels
    await alice.presses(label)
    await alice.answered()


async def test_stop_closes_the_models_stream(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    never = asyncio.Event()
    world.model.say("说来话长，", Pause(never))
    await alice.says("给我讲一个很长很长的故事吧，关于大海的")
    await alice.sees_draft("说来话长，")
    await alice.says("/stop")
    await alice.sees(re.compile("已停止"))
    await asyncio.wait_for(world.model.calls[-1].closed.wait(), PATIENCE)


async def test_sigterm_finishes_the_answers_under_way(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    more = asyncio.Event()
    world.model.say("第一部分，", Pause(more), "第二部分。")
    await alice.says("给我讲一个很长很长的故事吧，关于大海的")
    await alice.sees_draft("第一部分，")
    assert world.process
    world.process.send_signal(signal.SIGTERM)
    more.set()
    await alice.sees("第一部分，第二部分。")
    assert await world.end() == 0


async def test_sigterm_after_a_streamed_answer_in_a_guild_ends_the_bot(world: World) -> None:
    guild = world.discord.guild("users")
    bob = world.discord.member(world.discord.text_channel(guild), "bob", "zh-CN")
    await world.connected()
    world.model.say(*(f"第{number}段。" for number in range(600)))
    await bob.says("@bot 给我讲一个很长很长的故事吧，关于大海的")
    await bob.sees_part("第599段。", within=PATIENCE)
    assert await world.end() == 0


async def test_what_was_accepted_before_a_sudden_end_is_answered_after_it(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    world.model.say(Pause(asyncio.Event()))
    await alice.says("给我讲一个很长很长的故事吧，关于大海的")
    await world.model.arrived(1)
    await world.end(signal.SIGKILL)
    world.model.say("从前有一片海。")
    await world.start()
    await alice.sees("从前有一片海。")
    assert len(alice.texts) == 1


async def test_no_secret_and_nothing_said_is_logged(world: World) -> None:
    alice = world.telegram.private("alice", language="zh-hans")
    await alice.says("我的秘密是 xyzzy，给我讲一个很长的故事吧")
    await alice.answered()
    assert await world.end() == 0
    for secret in ("xyzzy", world.telegram.token, world.discord.token):
        assert secret not in world.log
