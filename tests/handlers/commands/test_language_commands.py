"""/segment, /pos, /keywords, /convert, /pinyin and /dictionary as people see them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.message import Attachment, Invocation, Quote
from bot.services import Services
from handlers.commands.shared.material import LARGEST
from handlers.knowledge.vocabulary import MOST_WORDS, Vocabulary
from tests.people import said
from tests.scene import Scene, open_scene

FILES = {"one": "是".encode() * (LARGEST // 3), "gbk": "研究生命起源".encode("gb18030")}
FILES["hostile"] = "臺灣體驗憂鬱龜裂".encode() * 3_000


@pytest.fixture
async def scene(services: Services) -> AsyncIterator[Scene]:
    async with open_scene(services, FILES) as scene:
        yield scene


def file(name: str) -> Attachment:
    return Attachment(name, f"{name}.txt", "text/plain", len(FILES[name]))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/segment 研究生命起源", "研究 / 生命 / 起源"),
        ("/分词 search 我来到北京清华大学", "我 / 来到 / 北京 / 清华 / 华大 / 大学 / 清华大学"),
        ("/segment full 北京清华大学", "北京 / 清华 / 清华大学 / 华大 / 大学"),
        ("/segment hmm:no 下雨天留客天留我不留", "下雨天 / 留客 / 天 / 留 / 我 / 不留"),
        ("/segment forward 研究生命起源", "研究生 / 命 / 起源"),
        ("/segment 第一行\n第二行", "第一行\n第二行"),
        ("/斷詞 backward 研究生命起源", "研究 / 生命 / 起源"),
        ("/segment 這間餐廳的頭髮造型師", "這 / 間 / 餐廳 / 的 / 頭髮 / 造型師"),
        ("/segment full 長江大橋", "長江 / 長江大橋 / 大橋"),
        ("/segment graph 重慶的銀行長大了", "重慶 / 的 / 銀行 / 長大 / 了"),
        ("/pinyin 銀行 音樂 重慶 會計", "yínháng yīnyuè chóngqìng kuàijì"),
        ("/convert 软件", "軟件"),
        ("/简繁 軟體", "软体"),
        ("/convert to:s2twp 软件", "軟體"),
        ("/pinyin 西安，长大", "xī'ān， zhǎngdà"),
        ("/拼音 numbers 中国", "zhong1guo2"),
    ],
)
async def test_what_is_asked_is_answered(scene: Scene, text: str, answer: str) -> None:
    assert await scene.hears(said(text)) == [answer]


async def test_help_tells_of_the_file_where_a_command_takes_one(scene: Scene) -> None:
    chinese = replace(said("").sender, language="zh-CN")
    [segment] = await scene.hears(said("/help segment", sender=chinese))
    assert segment.endswith("  .txt – 也可以把文本放在 .txt 文件里（1 MB 以内）")
    [similar] = await scene.hears(said("/help similar", sender=chinese))
    assert ".txt" not in similar


async def test_comparing_shows_where_the_ways_part_and_marks_what_is_ambiguous(scene: Scene) -> None:
    [answer] = await scene.hears(said("/segment compare 研究生命起源"))
    assert "正向最大匹配\n研究生 / 命 / 起源" in answer
    assert "〔研究生命〕起源" in answer
    assert "交集型歧义，研究生 / 命 ⇄ 研究 / 生命" in answer


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
async def test_comparing_speaks_every_language(scene: Scene, language: str) -> None:
    person = replace(said("").sender, language=language)
    [answer] = await scene.hears(said("/segment compare 乒乓球拍卖完了", sender=person))
    assert "乒乓球 / 拍卖 / 完 / 了" in answer
    assert "{" not in answer


async def test_the_message_replied_to_is_taken_when_there_is_no_text(scene: Scene) -> None:
    assert await scene.hears(said("/segment", quote=Quote("1", "研究生命"))) == ["研究 / 生命"]
    slash = Invocation("segment", {"mode": "forward", "text": "研究生命"})
    assert await scene.hears(said("", invocation=slash)) == ["研究生 / 命"]


async def test_an_attached_file_is_read_in_its_encoding(scene: Scene) -> None:
    assert await scene.hears(said("/segment", attachments=(file("gbk"),))) == ["研究 / 生命 / 起源"]


async def test_a_long_answer_says_what_is_left_out_and_has_all_of_it_in_a_file(scene: Scene) -> None:
    pages = await scene.sees(said("/segment", attachments=(file("one"),)))
    assert "segment.txt" in pages[-1].text
    [whole] = pages[-1].files
    assert whole.content.decode().replace(" / ", "") == FILES["one"].decode()


@pytest.mark.parametrize("text", ["/pos", "/keywords", "/keywords textrank", "/pinyin", "/convert"])
async def test_a_megabyte_of_one_character_is_answered(scene: Scene, text: str) -> None:
    assert await scene.hears(said(text, attachments=(file("one"),)))


async def test_a_megabyte_of_one_letter_is_one_keyword_that_fits_on_a_screen(scene: Scene) -> None:
    letters = Attachment("letters", "a.txt", "text/plain", LARGEST)
    scene.edge.files["letters"] = b"a" * LARGEST
    for text in ("/keywords", "/keywords detail:yes"):
        [answer] = await scene.hears(said(text, attachments=(letters,)))
        assert "aaaa" in answer
        assert len(answer) < 200


async def test_a_hostile_message_does_not_hold_up_others(scene: Scene) -> None:
    await scene.hears(said("/pos 好"))
    longest, before = 0.0, time.perf_counter()
    answering = asyncio.ensure_future(scene.hears(said("/pos " + "的一是" * 1365)))
    while not answering.done():
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, before = max(longest, now - before), now
    assert len(answering.result()[0]) > 1000
    assert longest < 0.5


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("/segment", "没有文字"),
        ("/segment mode:magic 你好", "accurate, full, search"),
        ("/segment compare " + "长" * 501, "500"),
        ("/segment hello there", "没有汉字"),
        ("/segment compare hello there", "没有汉字"),
        ("/convert hello", "没有可以转换的"),
        ("/pos tag:nothing", "Ag a ad an"),
        ("/keywords top:0 你好", "1 到 100"),
        ("/keywords pos:q7 你好", "q7"),
        ("/keywords 的了", "没有找到关键词"),
        ("/keywords source:chat 今天天气", "/options recent on"),
        ("/pinyin hello", "没有汉字"),
        ("/dictionary add New York 2000", "不能有空格"),
        ("/dictionary add New York", "不能有空格"),
        ("/dictionary add " + "长" * 200, "太长"),
        ("/dictionary add 你好！", "汉字、字母、数字"),
        ("/dictionary add 拾页 0", "1 到"),
        ("/dictionary add 拾页 99999999999", "1 到"),
        ("/dictionary add 拾页 2000 abc", "没有 abc 这个词性标记"),
        ("/dictionary remove 拾页", "没有 拾页"),
        ("/dictionary 拾页", "list, add, remove, suggest"),
        ("/dictionary add \n \n", "没有文字"),
        ("/dictionary add " + "\n".join(f"词{number}" for number in range(100_000)), str(MOST_WORDS)),
    ],
)
async def test_bad_input_gets_a_clear_sentence(scene: Scene, text: str, part: str) -> None:
    person = replace(said("").sender, language="zh-CN")
    [answer] = await scene.hears(said(text, sender=person))
    assert part in answer


async def test_tags_are_explained_in_both_languages(scene: Scene) -> None:
    [answer] = await scene.hears(said("/词性 我爱北京天安门"))
    assert answer.startswith("我/r  爱/v  北京/ns  天安门/ns")
    assert "ns 地名 name of a place" in answer
    [explained] = await scene.hears(said("/pos tag:ad"))
    assert "副形词" in explained
    assert "adjective used as an adverb" in explained


async def test_keywords_have_weights_and_on_request_what_these_are_made_of(scene: Scene) -> None:
    text = "自然语言处理是人工智能的一个重要方向，自然语言处理研究语言。"
    [plain] = await scene.hears(said(f"/keywords top:2 {text}"))
    assert plain == "1. 自然语言 2.3189\n2. 处理 1.2024"
    [detailed] = await scene.hears(said(f"/关键词 detail:yes {text}"))
    assert "| TF | IDF | TF×IDF |" in detailed
    [ranked] = await scene.hears(said(f"/keywords textrank stop:处理 {text}"))
    assert ranked.startswith("1. ")
    assert "处理 " not in ranked


async def test_the_chats_recent_messages_say_what_is_rare_here(scene: Scene) -> None:
    await scene.hears(said("/options recent on"))
    for text in ("天气 不错", "天气 很好", "天气 下雨"):
        await scene.hears(said(text))
    [answer] = await scene.hears(said("/keywords source:chat 天气预报说下雨，天气下雨"))
    assert answer.startswith("1. 下雨")


async def test_a_chats_words_are_cut_at_once_and_there_alone(scene: Scene) -> None:
    [refused] = await scene.hears(said("/dictionary add 拾页好物 2000 nz", chat="a"))
    assert "/dictionary" in refused
    await scene.hears(said("/dictionary add 拾页好物 2000 nz", person="root", chat="a"))
    assert await scene.hears(said("/segment 在拾页好物买", chat="a", addressed=True)) == ["在 / 拾页好物 / 买"]
    assert await scene.hears(said("/segment 在拾页好物买", chat="b", addressed=True)) == ["在 / 拾页 / 好物 / 买"]
    [tagged] = await scene.hears(said("/pos 在拾页好物买", chat="a", addressed=True))
    assert "拾页好物/nz" in tagged
    await scene.hears(said("/词典 remove 拾页好物", person="root", chat="a"))
    assert await scene.hears(said("/segment 在拾页好物买", chat="a", addressed=True)) == ["在 / 拾页 / 好物 / 买"]


async def test_words_are_listed_suggested_and_read_by_another_process(scene: Scene) -> None:
    [suggested] = await scene.hears(said("/dictionary suggest 拾页好物"))
    assert "拾页好物 现在切成 拾页 / 好物" in suggested
    await scene.hears(said("/dictionary add 拾页好物\n拾页 2000 nz"))
    [listed] = await scene.hears(said("/dictionary"))
    assert "\n拾页 2000 nz\n拾页好物 " in listed
    other = Vocabulary(scene.services)
    assert "拾页好物" in (await other.of(said(""))).cut("看拾页好物吧")


async def test_a_chat_takes_no_more_words_than_it_may_and_keeps_what_it_has(scene: Scene) -> None:
    await scene.hears(said("/dictionary add " + "\n".join(f"词{number} 5" for number in range(MOST_WORDS))))
    [answer] = await scene.hears(said("/dictionary add 再来一个 5"))
    assert str(MOST_WORDS) in answer
    assert len(await scene.services.once(Vocabulary).words(said(""))) == MOST_WORDS


async def test_the_first_segmentation_is_as_quick_as_the_hundredth(scene: Scene) -> None:
    times = []
    for _ in range(100):
        start = time.perf_counter()
        await scene.hears(said("/segment 我来到北京清华大学，看apt-get和edn.egret.com。"))
        times.append(time.perf_counter() - start)
    assert times[0] - sorted(times)[50] < 0.2


@pytest.mark.parametrize("command", ["/pos", "/keywords textrank", "/keywords pos:n"])
async def test_of_what_takes_long_the_beginning_is_worked_on_and_that_is_said(scene: Scene, command: str) -> None:
    [answer] = await scene.hears(said(command, language="en", attachments=(file("hostile"),)))
    assert "(of 24000 characters only the first 10000 were worked on)" in answer


@pytest.mark.parametrize("mode", ["backward", "bidirectional"])
async def test_a_mode_that_takes_long_says_how_much_it_takes(scene: Scene, mode: str) -> None:
    [answer] = await scene.hears(said(f"/segment {mode}", attachments=(file("hostile"),)))
    assert "20000" in answer
    assert "24000" in answer
