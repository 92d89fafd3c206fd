"""The laboratory's commands on words, as people see them."""

from __future__ import annotations

import io
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from matplotlib import image

from bot.contract import Page
from bot.domain.message import Attachment, Quote
from bot.services import Services
from handlers.knowledge.vocabulary import Vocabulary
from handlers.language.segmentation.dictionary import Word
from tests.people import said
from tests.scene import Scene, open_scene

TALK = "今天天气很好，我们去公园。\n公园里的花开了，公园很大。\nThe park is big, and the flowers are open."
FAQ = """
- {id: a, question: 怎么安装机器人, answer: 用 pip 安装机器人，然后运行机器人。}
- {id: b, question: 怎么更新机器人, answer: 用 pip 更新机器人，然后重启机器人。}
- {id: c, question: How do I install the bot, answer: Install the bot with pip and run it.}
"""


@pytest.fixture
async def scene(services: Services) -> AsyncIterator[Scene]:
    (services.settings.content_dir / "faq.yaml").write_text(FAQ, encoding="utf-8")
    files = {"big": ("一" * 349_000).encode(), "talk": TALK.encode(), "binary": bytes(range(256)) * 9}
    files |= {
        "lines": b"a\n" * 524_000,
        "han": "你好\n".encode() * 149_000,
        "traditional": "臺灣龜裂".encode() * 87_000,
    }
    async with open_scene(services, files) as scene:
        yield scene


def attached(name: str) -> tuple[Attachment, ...]:
    return (Attachment(name, f"{name}.txt", "text/plain", 1 << 20),)


def size_of(page: Page) -> tuple[int, int]:
    """Return the width and height of a page's picture, and see that it has more than one colour."""
    (file,) = page.files
    assert file.media_type == "image/png"
    pixels = image.imread(io.BytesIO(file.content), format="png")
    assert pixels.min() < 0.5 < pixels.max()
    return pixels.shape[1], pixels.shape[0]


async def test_frequency_is_a_list_and_a_picture(scene: Scene) -> None:
    [page] = await scene.sees(said(f"/frequency {TALK}"))
    assert "1. 公园 × 3" in page.text
    assert "的" not in page.text.split()
    assert size_of(page)[0] == 1080


async def test_wordcloud_is_a_picture(scene: Scene) -> None:
    [page] = await scene.sees(said("/词云", quote=Quote("1", TALK)))
    assert size_of(page) == (1080, 810)


async def test_a_text_file_is_counted(scene: Scene) -> None:
    [page] = await scene.sees(said("/frequency", attachments=attached("talk")))
    assert "公园 × 3" in page.text


@pytest.mark.parametrize("name", ["frequency", "wordcloud", "vectorize"])
async def test_a_megabyte_of_one_letter_is_a_word_that_fits_on_a_screen(scene: Scene, name: str) -> None:
    scene.edge.files["letters"] = b"a" * (1 << 20)
    [page] = await scene.sees(said(f"/{name}", attachments=attached("letters")))
    assert page.source.kind == "command"
    assert len(page.text) < 2000


async def test_recent_messages_are_counted_where_the_chat_keeps_them(scene: Scene) -> None:
    [answer] = await scene.hears(said("/frequency last:10", chat="group"))
    assert "/options recent on" in answer
    await scene.hears(said("/options recent on", person="root", chat="group"))
    for text in ("苹果 香蕉", "苹果", "/start"):
        await scene.hears(said(text, chat="group"))
    [page] = await scene.sees(said("/wordcloud last:10", chat="group"))
    assert "3" in page.text
    [page] = await scene.sees(said("/frequency", chat="group"))
    assert "苹果 × 2" in page.text


async def test_tfidf_is_a_table_and_a_heat_map(scene: Scene) -> None:
    [page] = await scene.sees(said(f"/tfidf {TALK}"))
    assert page.markdown
    assert "| 公园 |" in page.text
    assert "**3**" in page.text
    assert size_of(page)[0] == 1080


async def test_tfidf_takes_the_message_replied_to_as_one_more_document(scene: Scene) -> None:
    [page] = await scene.sees(said("/tfidf 苹果好吃", quote=Quote("1", "香蕉好吃")))
    assert "2 documents" in page.text or "2 篇文档" in page.text


async def test_tfidf_needs_two_documents_and_takes_two_hundred(scene: Scene) -> None:
    [answer] = await scene.hears(said("/tfidf 只有一行"))
    assert "2 到 200" in answer
    [answer] = await scene.hears(said("/tfidf " + "天气好\n" * 201))
    assert "201" in answer


async def test_many_documents_are_listed_and_drawn(scene: Scene) -> None:
    [page] = await scene.sees(said("/tfidf " + "\n".join(f"苹果{number}斤 香蕉 price{number}" for number in range(40))))
    assert "**20**" in page.text
    assert size_of(page)[1] < 2000


async def test_similar_falls_back_to_the_faq_and_says_so(scene: Scene) -> None:
    [answer] = await scene.hears(said("/similar 機器人"))
    assert "FAQ" in answer
    assert "安装" in answer or "更新" in answer


async def test_an_unknown_word_is_told_with_words_like_it(scene: Scene) -> None:
    assert "not in the word model" in (await scene.hears(said("/similar zebra")))[0]
    [answer] = await scene.hears(said("/similar 安装机器人"))
    assert "安装" in answer
    assert "机器人" in answer


async def test_analogy(scene: Scene) -> None:
    [answer] = await scene.hears(said("/analogy 安装 运行 更新"))
    assert "| 词 | 余弦 |" in answer
    [answer] = await scene.hears(said("/analogy 安装 运行"))
    assert "/analogy <a> <b> <c>" in answer


async def test_vectorize_shows_three_encodings(scene: Scene) -> None:
    [answer] = await scene.hears(said("/vectorize 安装机器人，安装 zebra"))
    assert "| 安装 | 0 | 1 0 0 |" in answer
    assert "| zebra | 2 | 0 0 1 |" in answer
    assert "（没有）" in answer
    assert "余弦" in answer


async def test_traditional_text_finds_a_simplified_model(scene: Scene) -> None:
    [answer] = await scene.hears(said("/probability 怎麼安裝機器人"))
    assert "詞表裡沒有" not in answer
    [answer] = await scene.hears(said("/vectorize 怎麼安裝機器人"))
    assert "（沒有）" not in answer


async def test_probability_marks_the_least_likely_spot(scene: Scene) -> None:
    [answer] = await scene.hears(said("/probability 怎么安装斑马"))
    assert "怎么 安装 **⟨斑马⟩** 〔句尾〕" in answer
    assert "词表里没有：斑马" in answer
    assert answer.count("\n| 1 |") == answer.count("\n| 3 |") == 1


@pytest.mark.parametrize("border", ["|", "\n", " ｜ "])
async def test_probability_compares_two_sentences(scene: Scene, border: str) -> None:
    [answer] = await scene.hears(said(f"/probability 怎么安装机器人{border}机器人安装怎么"))
    assert "第一句更像话" in answer
    [answer] = await scene.hears(said(f"/probability 安装的怎么{border}怎么安装机器人"))
    assert "第二句更像话" in answer


async def test_probability_says_what_it_takes(scene: Scene) -> None:
    assert "1, 2 or 3, not 4" in (await scene.hears(said("/probability n:4 install")))[0]
    assert "300" in (await scene.hears(said("/probability a|b|c")))[0]
    assert "300" in (await scene.hears(said("/probability " + "install " * 301)))[0]


COMMANDS = ("frequency", "wordcloud", "vectorize", "probability")


@pytest.mark.parametrize("name", [*COMMANDS, "tfidf"])
async def test_no_text_gets_a_sentence(scene: Scene, name: str) -> None:
    [answer] = await scene.hears(said(f"/{name}"))
    assert "There is no text" in answer


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_text_without_words_gets_a_sentence(scene: Scene, name: str) -> None:
    [answer] = await scene.hears(said(f"/{name} ……！？"))
    assert "没有可以统计的词" in answer or "no words" in answer


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_text_without_chinese_is_fine(scene: Scene, name: str) -> None:
    [answer] = await scene.hears(said(f"/{name} install the bot"))
    assert "no words" not in answer


@pytest.mark.parametrize("name", [*COMMANDS, "tfidf"])
async def test_a_megabyte_of_one_character_is_answered(scene: Scene, name: str) -> None:
    [answer] = await scene.hears(said(f"/{name}", attachments=attached("big")))
    assert len(answer) < 4096


async def test_a_file_that_is_no_text_gets_a_sentence(scene: Scene) -> None:
    [answer] = await scene.hears(said("/frequency", attachments=attached("binary")))
    assert "does not read as text" in answer


async def test_without_faq_and_model_it_says_how_to_get_one(scene: Scene) -> None:
    (scene.services.settings.content_dir / "faq.yaml").unlink()
    for text in ("/similar bot", "/analogy a b c", "/probability a bot", "/vectorize a bot"):
        [answer] = await scene.hears(said(text))
        assert "words train CORPUS" in answer


async def test_a_model_file_of_another_version_gets_a_sentence(scene: Scene) -> None:
    path = Path(scene.services.settings.data_dir) / "words.npz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"PK\x03\x04 not really")
    [answer] = await scene.hears(said("/similar bot"))
    assert "words.npz" in answer
    assert "train it anew" in answer


async def test_the_chats_own_words_are_counted_whole(scene: Scene) -> None:
    await scene.services.once(Vocabulary).add(said(""), [Word("拾页笔记本", 20_000)])
    [page] = await scene.sees(said("/frequency 拾页笔记本很好"))
    assert "拾页笔记本 × 1" in page.text


EACH = [
    *("frequency", "wordcloud", "tfidf", "keywords", "segment", "segment search", "pos", "convert", "pinyin"),
    *("dictionary add", "dictionary remove", "dictionary suggest", "probability", "vectorize"),
]


@pytest.mark.parametrize("name", ["lines", "han", "traditional"])
@pytest.mark.parametrize("command", EACH)
async def test_a_file_of_half_a_million_lines_does_not_hold_the_loop(scene: Scene, command: str, name: str) -> None:
    began = time.thread_time()
    assert await scene.sees(said(f"/{command}", attachments=attached(name)))
    assert time.thread_time() - began < 0.1
