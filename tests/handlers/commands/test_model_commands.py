"""/translate, /rewrite, /proofread and /summarize against a loopback OpenAI, as people see them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.message import Attachment, Invocation, Quote
from bot.services import Services
from handlers.llm.asking import asking
from handlers.llm.task import LONGEST
from tests.people import said
from tests.scene import Scene, open_scene
from tests.servers.openai import KEY, MODEL, Cut, OpenAI, Pause, Stall


@pytest.fixture
async def server() -> AsyncIterator[OpenAI]:
    async with OpenAI() as opened:
        yield opened


@pytest.fixture
async def scene(services: Services, server: OpenAI) -> AsyncIterator[Scene]:
    chosen = {"openai_api_key": KEY, "openai_base_url": server.url, "openai_model": MODEL, "openai_parallel": 1}
    settings = type(services.settings).model_validate(services.settings.model_dump() | chosen)
    async with open_scene(replace(services, settings=settings), {"1": "附件里的话".encode()}) as scene:
        yield scene
        await services.closing.aclose()


async def test_chinese_is_translated_into_english_piece_by_piece(scene: Scene, server: OpenAI) -> None:
    server.say("Good ", "morning", ".")
    assert await scene.hears(said("/translate 早上好。")) == ["Good morning."]
    system, text = server.prompts[0]
    assert "英文" in system["content"]
    assert text == {"role": "user", "content": "早上好。"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("/translate good morning", "Simplified Chinese"),
        ("/翻译 ja 早上好", "日文"),
        ("/translate to:fr good morning", "French"),
        ("/翻譯 zh-TW good morning", "Traditional Chinese"),
    ],
)
async def test_the_language_is_chosen(scene: Scene, server: OpenAI, text: str, language: str) -> None:
    await scene.hears(said(text))
    assert language in server.prompts[0][0]["content"]


async def test_a_language_it_does_not_know_names_those_it_does(scene: Scene) -> None:
    [answer] = await scene.hears(said("/translate to:klingon hello"))
    assert "zh-TW" in answer


async def test_the_message_replied_to_and_an_attached_file_are_worked_on(scene: Scene, server: OpenAI) -> None:
    await scene.hears(said("/translate", quote=Quote("9", "引用的话")))
    await scene.hears(said("/translate", attachments=(Attachment("1", "a.txt", "text/plain", 9),)))
    assert [prompt[1]["content"] for prompt in server.prompts] == ["引用的话", "附件里的话"]


async def test_a_slash_command_of_discord_is_the_same(scene: Scene, server: OpenAI) -> None:
    server.say("早")
    invocation = Invocation("translate", {"text": "morning", "to": "zh"})
    assert await scene.hears(said("", invocation=invocation)) == ["早"]


async def test_no_text_says_what_to_do(scene: Scene) -> None:
    for name in ("translate", "rewrite", "proofread", "summarize"):
        [answer] = await scene.hears(said(f"/{name}"))
        assert "There is no text" in answer or "没有文字" in answer


async def test_a_text_too_long_for_the_owners_purse_is_refused(scene: Scene, server: OpenAI) -> None:
    [answer] = await scene.hears(said("/translate " + "长" * (LONGEST + 1)))
    assert str(LONGEST) in answer
    assert server.calls == []


async def test_a_long_text_has_a_translation_as_long(scene: Scene, server: OpenAI) -> None:
    said_in_english = [f"Sentence {number}. " for number in range(2000)]
    server.say(*said_in_english)
    pages = await scene.hears(said("/translate " + "".join(f"第{number}句。" for number in range(2000))))
    assert "Sentence 1999." in pages[-1]


async def test_rewrite_does_what_a_reply_asks_for(scene: Scene, server: OpenAI) -> None:
    await scene.hears(said("/rewrite 更正式一点", quote=Quote("9", "老板，钱呢？")))
    assert json.loads(server.prompts[0][1]["content"]) == {"instruction": "更正式一点", "text": "老板，钱呢？"}


async def test_rewrite_takes_an_instruction_by_name_and_else_polishes(scene: Scene, server: OpenAI) -> None:
    await scene.hears(said('/rewrite instruction:"as a poem" the sun is hot'))
    await scene.hears(said("/rewrite the sun is hot"))
    first, second = (json.loads(prompt[1]["content"]) for prompt in server.prompts)
    assert first == {"instruction": "as a poem", "text": "the sun is hot"}
    assert second["text"] == "the sun is hot"
    assert "Otherwise polish it" in second["instruction"]


async def test_rewrite_takes_the_text_from_a_file_and_the_words_beside_it_as_instruction(
    scene: Scene, server: OpenAI
) -> None:
    file = Attachment("1", "a.txt", "text/plain", 9)
    await scene.hears(said("/rewrite 更正式一点", attachments=(file,)))
    await scene.hears(said("/rewrite 更短", quote=Quote("9", "", attachments=(file,))))
    slash = Invocation("rewrite", {"text": "像一首诗", "instruction": ""})
    await scene.hears(said("", invocation=slash, attachments=(file,)))
    asked = [json.loads(prompt[1]["content"]) for prompt in server.prompts]
    assert asked == [{"instruction": each, "text": "附件里的话"} for each in ("更正式一点", "更短", "像一首诗")]


async def test_rewrite_lets_what_was_typed_begin_with_the_instruction_and_nothing_else(
    scene: Scene, server: OpenAI
) -> None:
    chinese = replace(said("").sender, language="zh-CN")
    await scene.hears(said("/润色 更正式一点：老板，钱呢？", sender=chinese))
    await scene.hears(said("/润色", sender=chinese, quote=Quote("9", "更正式一点：老板，钱呢？")))
    typed, quoted = (json.loads(prompt[1]["content"]) for prompt in server.prompts)
    assert typed["text"] == quoted["text"] == "更正式一点：老板，钱呢？"
    assert "就按它改写后面的文字" in typed["instruction"]
    assert quoted["instruction"].startswith("润色：")


async def test_a_picture_replied_to_is_no_text_to_rewrite(scene: Scene, server: OpenAI) -> None:
    picture = Quote("9", "", attachments=(Attachment("2", "a.png", "image/png", 9),))
    await scene.hears(said("/rewrite the sun is hot", quote=picture))
    assert json.loads(server.prompts[0][1]["content"])["text"] == "the sun is hot"


async def test_proofread_marks_what_changed(scene: Scene, server: OpenAI) -> None:
    server.say("我们今天", "去公园玩。")
    [page] = await scene.sees(said("/proofread 我门今天去公园完。"))
    assert page.text == "我~~门~~**们**今天去公园~~完~~**玩**。"
    assert page.markdown


@pytest.mark.parametrize("opening", ["<think>", ""])
async def test_what_the_model_thinks_is_no_correction(scene: Scene, server: OpenAI, opening: str) -> None:
    server.say(f"{opening}门", "应为们\n</think>\n\n", "我们", "去。")
    [page] = await scene.sees(said("/proofread 我门去。"))
    assert page.text == "我~~门~~**们**去。"


async def test_proofread_tells_how_far_it_is_while_it_works(scene: Scene, server: OpenAI) -> None:
    go = asyncio.Event()
    server.say("我们今", Pause(go), "天去")
    await scene.dispatcher.receive(said("/纠错 我门今天去"))
    await scene.edge.screen.until(lambda: any("60%" in page.text for page in scene.edge.screen.pages))
    go.set()
    await scene.edge.screen.sees("我~~门~~**们**今天去")


async def test_proofread_says_when_there_is_nothing_to_correct(scene: Scene, server: OpenAI) -> None:
    server.say("All is well.")
    assert await scene.hears(said("/proofread All is well.")) == ["I found no mistakes."]


async def test_a_correction_that_breaks_off_marks_nothing_as_deleted(scene: Scene, server: OpenAI) -> None:
    server.say("我们", Cut())
    [answer] = await scene.hears(said("/proofread 我门今天去公园完。"))
    assert "~~" not in answer


async def test_summarize_takes_a_text(scene: Scene, server: OpenAI) -> None:
    server.say("- short")
    [page] = await scene.sees(said("/summarize a long story"))
    assert (page.text, page.markdown) == ("- short", True)


async def test_summarize_takes_the_latest_messages_where_the_chat_keeps_them(scene: Scene, server: OpenAI) -> None:
    await scene.hears(said("/options recent on", person="root", chat="group"))
    for person, text in (("a", "明天开会吗？"), ("b", "三点。"), ("a", "好。")):
        await scene.hears(said(text, person=person, chat="group"))
    await scene.hears(said("/summarize", chat="group"))
    await scene.hears(said("/summarize last:2", chat="group"))
    talks = [prompt[1]["content"] for prompt in server.prompts]
    assert talks == ["1: 明天开会吗？\n2: 三点。\n1: 好。", "1: 三点。\n2: 好。"]


async def test_summarize_says_that_the_chat_keeps_nothing(scene: Scene) -> None:
    [answer] = await scene.hears(said("/summarize last:50", chat="group"))
    assert "/options recent on" in answer
    await scene.hears(said("/options recent on", person="root", chat="group"))
    [answer] = await scene.hears(said("/summarize last:50", chat="group"))
    assert "No messages are kept yet" in answer
    [answer] = await scene.hears(said("/summarize last:500", chat="group"))
    assert "from 1 to 200" in answer
    [answer] = await scene.hears(said("/summarize last:5 and this text", chat="group"))
    assert "Please choose" in answer


async def test_without_a_key_they_say_so(services: Services) -> None:
    async with open_scene(services) as scene:
        for name in ("translate", "rewrite", "proofread", "summarize"):
            [answer] = await scene.hears(said(f"/{name} hello"))
            assert "OPENAI_API_KEY" in answer


async def test_errors_of_the_model_are_told_as_everywhere(scene: Scene, server: OpenAI) -> None:
    server.refuse(401)
    [answer] = await scene.hears(said("/translate 早"))
    assert "OPENAI_API_KEY" in answer


async def test_stop_ends_a_translation_and_frees_the_one_slot(scene: Scene, server: OpenAI) -> None:
    server.say("half", Stall())
    await scene.dispatcher.receive(said("/translate 很长的话"))
    call = await server.arrived(1)
    await scene.edge.screen.until(lambda: any("half" in page.text for page in scene.edge.screen.pages))
    await scene.hears(said("/stop"))
    await call.closed.wait()
    server.say("whole")
    assert await scene.hears(said("/translate 短话")) == ["whole"]


async def test_commands_and_the_last_stage_ask_through_the_same_queue(scene: Scene) -> None:
    assert scene.services.once(asking) is scene.services.once(asking)


async def test_why_names_the_command(scene: Scene, server: OpenAI) -> None:
    server.say("morning")
    asked = said("/translate 早")
    await scene.hears(asked)
    [why] = await scene.hears(said("/why", quote=Quote(f"answer-{asked.id}-0", "morning", mine=True)))
    assert "/translate" in why
