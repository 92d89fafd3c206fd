"""What the bot writes, and what people on Telegram see of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.contract import Gone, Outlet, RetryAfter
from bot.markup import to_telegram
from bot.model import Chat, Choice, File, Message, Person
from bot.platforms.telegram import Telegram
from tests.bot.platforms.telegram.conftest import Listen, make_platform, page
from tests.servers.telegram import Room, Talker, TelegramServer

LONGEST = 4096


@pytest.fixture
async def platform(server: TelegramServer) -> AsyncIterator[Telegram]:
    platform = make_platform(server)
    yield platform
    await platform.close()


@pytest.fixture
async def alice(server: TelegramServer) -> Talker:
    return await asking(server.private("alice"))


@pytest.fixture
async def bob(server: TelegramServer) -> Talker:
    return await asking(server.group("dev").member("bob"))


async def asking(talker: Talker, topic: int = 0) -> Talker:
    await talker.says("?", topic=topic)
    return talker


def outlet(platform: Telegram, talker: Talker, topic: int = 0) -> Outlet:
    """Make the outlet as another process would: of the message alone."""
    room: Room = talker.room
    chat = Chat(str(room.id), room.kind == "private", room.title, str(topic) if topic else "")
    sender = Person(str(talker.user["id"]), "x")
    message = Message("telegram", str(talker.said), "1", chat, sender, "?", 0.0)
    return platform.outlet(Message.load(message.dump()))


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


async def test_not_modified_is_success(server: TelegramServer, platform: Telegram, bob: Talker) -> None:
    growing = outlet(platform, bob)
    await growing.write(page("a", final=False))
    server.refuses("editMessageText", "Bad Request: message is not modified: specified new message content and …")
    await growing.write(page("a b"))
    assert len(server.called("editMessageText")) == 1


async def test_a_message_that_somebody_deleted_is_written_anew(platform: Telegram, bob: Talker) -> None:
    growing = outlet(platform, bob)
    await growing.write(page("a", final=False))
    bob.room.seen.clear()
    await growing.write(page("a b"))
    assert bob.texts == ["a b"]


@pytest.mark.skipif(not to_telegram("**bold**")[1], reason="needs the Markdown renderer")
async def test_markdown_is_shown_formatted(platform: Telegram, bob: Talker) -> None:
    growing = outlet(platform, bob)
    await growing.write(page("**bold** `co", final=False))
    await growing.write(page("**bold** `code` 👋 [link](https://example.org)", markdown=True))
    seen = await bob.sees("bold code 👋 link")
    assert [seen.stretches(kind) for kind in ("bold", "code", "text_link")] == [["bold"], ["code"], ["link"]]


@pytest.mark.skipif(not to_telegram("**bold**")[1], reason="needs the Markdown renderer")
async def test_text_that_cannot_be_formatted_is_written_plainly(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    server.refuses("sendMessage", "Bad Request: can't parse entities: wrong bounds")
    await outlet(platform, bob).write(page("**bold** `code`", markdown=True))
    assert (await bob.sees("**bold** `code`")).entities == []


async def test_the_longest_page_fits(platform: Telegram, alice: Talker) -> None:
    place = outlet(platform, alice)
    text = "好" * (LONGEST - 4) + "👋👋"
    assert place.length(text) == place.limit == LONGEST
    await place.write(page(text, markdown=True))
    await alice.sees(text)


async def test_a_lone_surrogate_is_written_as_a_replacement(platform: Telegram, alice: Talker) -> None:
    await outlet(platform, alice).write(page("a\ud83d b \ud83d\udc4b"))
    await alice.sees("a\ufffd b 👋")


async def test_choices_are_buttons_one_a_row(platform: Telegram, alice: Talker) -> None:
    choices = (Choice("安装", "faq:install"), Choice("卸载", "f" * 64))
    await outlet(platform, alice).write(page("您是不是想问：", choices=choices))
    seen = await alice.answered()
    assert seen.buttons == [
        [{"text": "安装", "callback_data": "faq:install"}],
        [{"text": "卸载", "callback_data": "f" * 64}],
    ]


async def test_choices_come_with_the_last_state_of_a_growing_page(platform: Telegram, bob: Talker) -> None:
    growing = outlet(platform, bob)
    await growing.write(page("which", final=False))
    await growing.write(page("which", choices=(Choice("this", "1"),)))
    assert (await bob.answered()).labels == ["this"]


@pytest.mark.parametrize("forgets", [False, True])
async def test_a_pressed_button_is_a_message(server: TelegramServer, listen: Listen, *, forgets: bool) -> None:
    bob = server.group("dev").member("bob")

    async def answer(message: Message, place: Outlet) -> None:
        choices = () if message.choice else (Choice("First", "one"), Choice("Second", "two"))
        await place.write(page(f"you: {message.choice}", choices=choices))

    async with listen(answer) as bot:
        await bob.says("/help")
        query = await bob.presses("Second", forgets=forgets)
        await bob.sees("you: two")
        await server.until(lambda: server.api.confirmed == [query])
    pressed = bot.messages[1]
    assert (pressed.choice, pressed.addressed) == ("two", True)
    assert pressed.text == ("" if forgets else "Second")
    assert pressed.sender.name == "bob"


async def test_files_come_with_the_page(platform: Telegram, alice: Talker) -> None:
    files = (File("图.png", b"png", "image/png"), File("a.csv", b"1,2", "text/csv"))
    await outlet(platform, alice).write(page("here", files=files))
    assert [(each.file, each.photo) for each in alice.room.seen.values()] == [
        (None, False),
        (("图.png", b"png"), True),
        (("a.csv", b"1,2"), False),
    ]


async def test_a_file_alone_is_a_reply(platform: Telegram, bob: Talker) -> None:
    await outlet(platform, bob).write(page("", files=(File("a.csv", b"1", "text/csv"),)))
    assert (await bob.answered()).reply_to == bob.said


async def test_a_picture_that_is_no_photo_is_sent_as_a_document(
    server: TelegramServer, platform: Telegram, alice: Talker
) -> None:
    server.refuses("sendPhoto", "Bad Request: PHOTO_INVALID_DIMENSIONS")
    await outlet(platform, alice).write(page("", files=(File("a.png", b"1", "image/png"),)))
    assert not (await alice.answered()).photo


async def test_a_picture_over_ten_megabytes_is_a_document(platform: Telegram, alice: Talker) -> None:
    await outlet(platform, alice).write(page("", files=(File("a.png", bytes(10_000_001), "image/png"),)))
    assert not (await alice.answered()).photo


async def test_a_write_that_is_taken_up_again_repeats_no_file(
    server: TelegramServer, platform: Telegram, alice: Talker
) -> None:
    files = (File("1.csv", b"1", "text/csv"), File("2.csv", b"2", "text/csv"))
    whole = page("two files", files=files)
    place = outlet(platform, alice)
    await place.write(page("two files", files=files[:1]))
    server.floods("sendDocument", 1)
    with pytest.raises(RetryAfter):
        await place.write(whole)
    await place.write(whole)
    assert [each.file and each.file[0] for each in alice.room.seen.values()] == [None, "1.csv", "2.csv"]


@pytest.mark.parametrize("method", ["sendMessage", "sendMessageDraft"])
async def test_a_flood_is_for_the_gate_to_wait_out(
    server: TelegramServer, platform: Telegram, alice: Talker, method: str
) -> None:
    server.floods(method, 7)
    place = outlet(platform, alice)
    with pytest.raises(RetryAfter) as asked:
        await place.write(page("a", final=method == "sendMessage"))
    assert asked.value.seconds == 7
    await place.write(page("a"))
    assert alice.texts == ["a"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (401, "Unauthorized"),
    ],
)
async def test_where_nothing_can_be_written_it_is_gone(
    platform: Telegram, alice: Talker, status: int, said: str
) -> None:
    alice.room.refusal = (status, said)
    for final in (False, True):
        with pytest.raises(Gone):
            await outlet(platform, alice).write(page("a", final=final))


async def test_typing_never_fails(server: TelegramServer, platform: Telegram, alice: Talker) -> None:
    place = outlet(platform, alice)
    server.floods("sendChatAction", 7)
    server.cuts("sendChatAction")
    server.babbles("sendChatAction", b"<html>")
    for _ in range(4):
        await place.typing()
    assert alice.room.actions == [("typing", 0)] * 2


async def test_a_server_that_is_away_asks_for_growing_silence(
    server: TelegramServer, platform: Telegram, alice: Talker
) -> None:
    place, pauses = outlet(platform, alice), []
    server.refuses("sendMessage", "Bad Gateway", 502, times=2)
    server.cuts("sendMessage", times=1)
    for _ in range(3):
        with pytest.raises(RetryAfter) as asked:
            await place.write(page("a"))
        pauses.append(asked.value.seconds)
    await place.write(page("a"))
    assert pauses == [1, 2, 4]
    assert alice.texts == ["a"]


async def test_trouble_while_a_page_grows_does_not_hold_up_its_end(
    server: TelegramServer, platform: Telegram, bob: Talker
) -> None:
    server.down = True
    place = outlet(platform, bob)
    for _ in range(12):
        with pytest.raises(RetryAfter) as asked:
            await place.write(page("a", final=False))
        assert asked.value.seconds == 1
    server.down = False
    await place.write(page("a b"))
    assert bob.texts == ["a b"]


async def test_a_server_that_stays_away_is_given_up(server: TelegramServer, platform: Telegram, alice: Talker) -> None:
    server.down = True
    place = outlet(platform, alice)
    for _ in range(10):
        with pytest.raises(RetryAfter):
            await place.write(page("a"))
    with pytest.raises(Gone):
        await place.write(page("a"))


async def test_a_cut_edit_is_repeated_without_harm(server: TelegramServer, platform: Telegram, bob: Talker) -> None:
    place = outlet(platform, bob)
    await place.write(page("a", final=False))
    server.cuts("editMessageText", done=True)
    with pytest.raises(RetryAfter):
        await place.write(page("a b"))
    await place.write(page("a b"))
    assert bob.texts == ["a b"]


async def test_an_edit_that_is_not_answered_is_repeated_once(server: TelegramServer, bob: Talker) -> None:
    platform = make_platform(server, answer_seconds=0.2)
    place = outlet(platform, bob)
    await place.write(page("a", final=False))
    server.hangs("editMessageText")
    await place.write(page("a b"))
    await platform.close()
    assert (len(server.called("editMessageText")), bob.texts) == (2, ["a b"])


async def test_a_message_that_is_not_confirmed_is_not_sent_twice(server: TelegramServer, alice: Talker) -> None:
    platform = make_platform(server, answer_seconds=0.2)
    server.hangs("sendMessage")
    await outlet(platform, alice).write(page("once"))
    await platform.close()
    assert alice.texts == ["once"]


async def test_a_growing_page_that_is_not_confirmed_waits_for_its_end(server: TelegramServer, bob: Talker) -> None:
    platform = make_platform(server, answer_seconds=0.2)
    place = outlet(platform, bob)
    server.hangs("sendMessage")
    for text in ("a", "a b", "a b c"):
        await place.write(page(text, final=False))
    assert bob.texts == ["a"]
    await place.write(page("a b c d"))
    await platform.close()
    assert bob.texts == ["a", "a b c d"]


async def test_a_move_that_a_write_reveals_is_told_and_the_write_arrives(
    server: TelegramServer, listen: Listen
) -> None:
    group = server.group("dev", kind="group")
    bob = group.member("bob")

    async def answer(message: Message, place: Outlet) -> None:
        server.updates.allowed = ["nothing"]
        moved.append(group.becomes_supergroup())
        await place.write(page("here", final=False))
        await place.write(page("here we are"))

    moved: list[object] = []
    async with listen(answer) as bot:
        await bob.says("hello")
        await bot.heard()
        new = server.api.rooms[group.room.moved_to]
        await server.until(lambda: new.texts == ["here we are"])
    assert bot.moves == [("telegram", str(group.room.id), str(new.id))]


async def test_private_chats_and_groups_have_their_own_pace(platform: Telegram, alice: Talker, bob: Talker) -> None:
    private, group = outlet(platform, alice), outlet(platform, bob)
    assert (private.pace, private.rate.burst, private.rate.interval) == (1.5, 20, 1.0)
    assert (group.pace, group.rate.burst, group.rate.interval) == (3.0, 20, 3.0)
    assert private.gate == f"telegram:{alice.room.id}"
    assert group.gate == f"telegram:{bob.room.id}"
