"""How answers grow on Telegram, and what people see of them."""

from __future__ import annotations

import pytest
from telegram.error import BadRequest

from bot.domain.errors import FilesRefused, Gone
from bot.domain.reply import File
from bot.platforms.telegram import Telegram
from tests.bot.platforms.telegram.conftest import asking, make_platform, outlet, page
from tests.servers.telegram import Talker, TelegramServer

LONGEST = 4096


async def test_a_known_answer_is_one_message(server: TelegramServer, platform: Telegram, alice: Talker) -> None:
    message_id = await outlet(platform, alice).write(page("你好 👋"))
    seen = await alice.sees("你好 👋")
    assert (str(seen.id), seen.previews, seen.reply_to) == (message_id, False, 0)
    assert [call.method for call in server.calls] == ["sendMessage"]


async def test_an_answer_in_private_grows_as_a_draft(server: TelegramServer, platform: Telegram, alice: Talker) -> None:
    growing = outlet(platform, alice)
    for text in ("a", "a b", "a b"):
        assert await growing.write(page(text, final=False)) == ""
    await growing.write(page("a b c"))
    assert alice.room.drafts == ["a", "a b"]
    assert alice.texts == ["a b c"]
    assert len({call.params["draft_id"] for call in server.called("sendMessageDraft")}) == 1


async def test_each_page_has_a_draft_of_its_own(server: TelegramServer, platform: Telegram, alice: Talker) -> None:
    growing = outlet(platform, alice)
    await growing.write(page("one", 0, final=False))
    await growing.write(page("one", 0))
    await growing.write(page("two", 1, final=False))
    await growing.write(page("two!", 1))
    assert len({call.params["draft_id"] for call in server.called("sendMessageDraft")}) == 2
    assert alice.texts == ["one", "two!"]


@pytest.mark.parametrize(("status", "said"), [(400, "Bad Request: method not supported"), (404, "Not Found")])
async def test_where_drafts_are_refused_answers_grow_by_edits_for_good(
    server: TelegramServer, platform: Telegram, alice: Talker, status: int, said: str
) -> None:
    server.refuses("sendMessageDraft", said, status)
    growing = outlet(platform, alice)
    await growing.write(page("a", final=False))
    await growing.write(page("a b", final=False))
    await growing.write(page("a b c"))
    await outlet(platform, alice).write(page("next", final=False))
    assert (await alice.sees("a b c")).revisions == ["a", "a b", "a b c"]
    assert len(server.called("sendMessageDraft")) == 1


async def test_drafts_can_be_switched_off(server: TelegramServer, alice: Talker) -> None:
    platform = make_platform(server, telegram_drafts=False)
    await outlet(platform, alice).write(page("a", final=False))
    await platform.close()
    assert alice.texts == ["a"]
    assert not alice.room.drafts


async def test_an_answer_in_a_group_grows_by_edits_of_one_reply(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    growing = outlet(platform, bob)
    first = await growing.write(page("a", final=False))
    await growing.write(page("a b", final=False))
    await growing.write(page("a b", final=False))
    assert await growing.write(page("a b c")) == first
    seen = await bob.sees("a b c")
    assert (seen.revisions, seen.reply_to) == (["a", "a b", "a b c"], bob.said)
    assert len(server.calls) == 3


async def test_only_the_first_page_is_a_reply(platform: Telegram, bob: Talker) -> None:
    growing = outlet(platform, bob)
    await growing.write(page("one", 0))
    await growing.write(page("two", 1))
    assert (await bob.sees("two")).reply_to == 0


async def test_an_answer_to_a_deleted_message_is_still_written(platform: Telegram, bob: Talker) -> None:
    del bob.room.messages[bob.said]
    await outlet(platform, bob).write(page("here"))
    assert (await bob.sees("here")).reply_to == 0


async def test_the_answer_goes_to_the_topic(server: TelegramServer, platform: Telegram) -> None:
    group = server.group("forum", forum=True)
    topic = group.topic()
    bob = await asking(group.member("bob"), topic)
    there = outlet(platform, bob, topic)
    await there.typing()
    await there.write(page("in the topic"))
    assert (await bob.sees("in the topic")).thread == topic
    assert group.room.actions == [("typing", topic)]


async def test_a_deleted_topic_is_gone_and_nothing_lands_elsewhere(platform: Telegram, bob: Talker) -> None:
    with pytest.raises(Gone):
        await outlet(platform, bob, topic=999).write(page("lost"))
    assert not bob.texts


async def test_nothing_is_redrawn_that_stands_there_already(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    growing = outlet(platform, bob)
    await growing.write(page("a", final=False))
    await growing.write(page("a"))
    assert len(server.calls) == 1


async def test_markdown_is_shown_formatted(platform: Telegram, bob: Talker) -> None:
    growing = outlet(platform, bob)
    await growing.write(page("**bold** `co", final=False))
    await growing.write(page("**bold** `code` 👋 [link](https://example.org)", markdown=True))
    seen = await bob.sees("bold code 👋 link")
    assert [seen.stretches(kind) for kind in ("bold", "code", "text_link")] == [["bold"], ["code"], ["link"]]


@pytest.mark.parametrize(
    "said", ["can't parse entities: wrong bounds", "ENTITIES_TOO_LONG", "entity URL 'x' is invalid"]
)
async def test_formatting_that_is_refused_is_left_out_and_its_marks_too(
    server: TelegramServer, platform: Telegram, bob: Talker, said: str
) -> None:
    server.refuses("sendMessage", f"Bad Request: {said}")
    await outlet(platform, bob).write(page("**bold** `code` [link](https://a.example)", markdown=True))
    assert (await bob.sees("bold code link (https://a.example)")).entities == []


async def test_a_link_to_ones_own_machine_costs_no_formatting(platform: Telegram, bob: Talker) -> None:
    text = "**步骤**\n1. 打开 [面板](http://localhost:3000)\n2. `npm i`"
    await outlet(platform, bob).write(page(text, markdown=True))
    seen = await bob.sees("步骤\n1. 打开 面板 (http://localhost:3000)\n2. npm i")
    assert (seen.stretches("bold"), seen.stretches("code")) == (["步骤"], ["npm i"])


@pytest.mark.parametrize("said", ["message to be replied not found", "REPLY_MESSAGE_ID_INVALID"])
async def test_where_the_question_cannot_be_replied_to_the_answer_stands_alone_and_formatted(
    server: TelegramServer, platform: Telegram, bob: Talker, said: str
) -> None:
    server.refuses("sendMessage", f"Bad Request: {said}")
    await outlet(platform, bob).write(page("**bold**", markdown=True))
    seen = await bob.sees("bold")
    assert (seen.reply_to, seen.stretches("bold")) == (0, ["bold"])


async def test_what_is_refused_for_another_reason_is_not_taken_for_broken_formatting(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    server.refuses("sendMessage", "Bad Request: something new")
    with pytest.raises(BadRequest):
        await outlet(platform, bob).write(page("**bold**", markdown=True))
    assert not bob.texts


async def test_the_longest_page_fits(platform: Telegram, alice: Talker) -> None:
    place = outlet(platform, alice)
    text = "好" * (LONGEST - 4) + "👋👋"
    assert place.length(text) == place.limit == LONGEST
    await place.write(page(text, markdown=True))
    await alice.sees(text)


async def test_a_lone_surrogate_is_written_as_a_replacement(platform: Telegram, alice: Talker) -> None:
    await outlet(platform, alice).write(page("a\ud83d b \ud83d\udc4b"))
    await alice.sees("a\ufffd b 👋")


async def test_private_chats_and_groups_have_their_own_pace(platform: Telegram, alice: Talker, bob: Talker) -> None:
    private, group = outlet(platform, alice), outlet(platform, bob)
    assert (private.pace, private.rate.burst, private.rate.interval) == (1.5, 20, 1.0)
    assert (group.pace, group.rate.burst, group.rate.interval) == (3.0, 20, 3.0)
    assert private.gate == f"telegram:{alice.room.id}"
    assert group.gate == f"telegram:{bob.room.id}"


async def test_without_the_right_to_photos_a_picture_comes_as_a_document(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    server.refuses("sendPhoto", "Bad Request: not enough rights to send photos to the chat")
    await outlet(platform, bob).write(page("here", files=(File("a.png", b"png", "image/png"),)))
    assert [each.file for each in bob.room.seen.values()] == [None, ("a.png", b"png")]


async def test_where_no_files_are_taken_it_is_told_from_a_chat_that_is_closed(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    server.refuses("sendPhoto", "Bad Request: not enough rights to send photos to the chat")
    server.refuses("sendDocument", "Bad Request: CHAT_SEND_DOCS_FORBIDDEN")
    with pytest.raises(FilesRefused):
        await outlet(platform, bob).write(page("here", files=(File("a.png", b"png", "image/png"),)))
    server.refuses("sendMessage", "Bad Request: not enough rights to send text messages to the chat")
    with pytest.raises(Gone):
        await outlet(platform, bob).write(page("here"))
