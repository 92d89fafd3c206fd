"""The language of answers: what people write, with which client, and what they read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.domain.message import Person
from bot.services import Services
from tests.handlers.stages.test_faq import ENTRIES
from tests.people import said
from tests.scene import Scene, open_scene

CLIENTS = ("", "en", "en-US", "zh-hans", "ja")


@pytest.fixture
async def scene(services: Services) -> AsyncIterator[Scene]:
    (services.settings.content_dir / "faq.yaml").write_text(ENTRIES, encoding="utf-8")
    async with open_scene(services, stages=("commands", "faq")) as scene:
        yield scene


def user(client: str) -> Person:
    return Person("ann", "Ann", client)


@pytest.mark.parametrize("client", CLIENTS)
async def test_who_asks_in_chinese_is_answered_in_chinese_with_any_client(scene: Scene, client: str) -> None:
    [answer] = await scene.hears(said("怎么安装应答机器人", sender=user(client)))
    [offer] = await scene.sees(said("数据保存到哪个目录", sender=user(client)))
    [unknown] = await scene.sees(said("数据库的备份怎么做", sender=user(client)))
    assert answer == "用 pip 安装。"
    assert "您是不是想问" in offer.text
    assert unknown.text.startswith("这个我不知道")
    assert all("数据" in each.label for each in offer.choices)


@pytest.mark.parametrize("client", CLIENTS)
async def test_who_asks_in_english_is_answered_in_english_with_any_client(scene: Scene, client: str) -> None:
    assert await scene.hears(said("how do I install the bot", sender=user(client))) == ["With pip."]


@pytest.mark.parametrize("command", ["/help", "/why", "/options", "/memory", "/stop", "/forget", "/hepl"])
@pytest.mark.parametrize("client", ["", "en"])
async def test_a_bare_command_after_chinese_words_is_answered_in_chinese(
    scene: Scene, command: str, client: str
) -> None:
    await scene.hears(said("怎么安装应答机器人", sender=user(client)))
    [answer] = await scene.hears(said(command, sender=user(client)))
    assert any("\u4e00" <= character <= "\u9fff" for character in answer.splitlines()[0])


async def test_who_has_no_client_is_spoken_to_in_the_language_of_the_house(scene: Scene) -> None:
    anonymous = Person("-100", "The group")
    for text, answer in (("/help", "我听得懂"), ("/options", "/options 只有管理员"), ("docker", "这个我不知道")):
        [shown] = await scene.hears(said(text, sender=anonymous, chat="group", addressed=True))
        assert shown.startswith(answer)
