"""Answers as people see them on Discord."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import FilesRefused, Superseded
from bot.domain.leave import TRIES
from bot.domain.message import Message
from bot.domain.reply import Choice, File
from bot.platforms.discord.text import escaped
from tests.bot.platforms.test_discord.conftest import listening, made, page, silence
from tests.leave import leave_given
from tests.servers.discord import DiscordServer, Posted

MARKUP = r"""# title
- list
  - nested
12. twelve
> quote
-# small **bold** __u__ ~~s~~ ||spoiler|| `code` [link](https://a.example/x_y_z) \ <@1> <#2> <t:3> <:e:4> @everyone"""


async def test_a_growing_page_is_one_message_that_is_edited(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("tell me")
        outlet = bot.platform.outlet(await bot.hears())
        ids = {await outlet.write(page(text, final=text.endswith("."))) for text in ("One", "One two", "One two.")}
        posted = await alice.sees("One two.")
        assert ids == {posted.id}
        assert posted.states == ["One", "One two", "One two."]


async def test_the_same_state_is_not_sent_again(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("tell me")
        outlet = bot.platform.outlet(await bot.hears())
        for final in (False, False, True):
            await outlet.write(page("same", final=final))
        assert (await alice.sees("same")).states == ["same"]


async def test_nothing_is_tried_again_when_another_process_answers_by_then(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("tell me")
        outlet = bot.platform.outlet(await bot.hears())
        server.fail("POST /channels/[0-9]+/messages", 500)
        with pytest.raises(Superseded), leave_given(times=1).applied():
            await outlet.write(page("late"))
        assert alice.answers == []
        assert len(server.called("messages")) == 1


async def test_nothing_is_sent_when_another_process_answers_by_the_time_of_the_body(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("tell me")
        outlet = bot.platform.outlet(await bot.hears())
        with pytest.raises(Superseded), leave_given(TRIES, seconds=0.0).applied():
            await outlet.write(page("late"))
        assert server.called("messages") == []


async def test_nothing_yet_is_not_drawn(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("tell me")
        outlet = bot.platform.outlet(await bot.hears())
        assert await outlet.write(page("  ", final=False)) == ""
        assert alice.answers == []


async def test_an_answer_is_a_reply_in_a_guild_and_none_in_private(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    bob = server.dm("bob")
    async with listening(server, answer=silence) as bot:
        asked = await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        await outlet.write(page("first"))
        await outlet.write(page("second", 1))
        await bob.says("question")
        await bot.platform.outlet(await bot.hears(2)).write(page("answer"))
        references = [each.reference for each in alice.answers + bob.answers]
        assert references == [asked, None, None]


async def test_an_answer_to_a_deleted_question_still_comes(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server, answer=silence) as bot:
        (await alice.says("question")).deleted = True
        await bot.platform.outlet(await bot.hears()).write(page("answer"))
        assert (await alice.sees("answer")).reference is None


@pytest.mark.parametrize("markdown", [True, False])
async def test_nobody_is_pinged_and_nothing_previewed(server: DiscordServer, *, markdown: bool) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    text = f"@everyone @here <@{alice.user.id}> https://example.org/"
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        for grown in (text[:9], text):
            await outlet.write(page(grown, markdown=markdown))
        answer = alice.answers[0]
        assert len(answer.states) == 2
        assert not answer.pinged
        assert answer.allowed_mentions == {"parse": [], "replied_user": False}
        assert answer.flags == 4


async def test_plain_text_shows_exactly_as_it_is_written(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        await bot.platform.outlet(await bot.hears()).write(page(MARKUP))
        answer = await alice.sees(MARKUP)
        assert r"\# title" in answer.content
        assert r"  \- nested" in answer.content
        assert "(https://a.example/x_y_z)" in answer.content


@given(st.text(alphabet="a *_~`|<>#-[]().\\\n1@:", max_size=40))
def test_escaping_is_undone_by_reading(text: str) -> None:
    posted = Posted.__new__(Posted)
    posted.content = escaped(text)
    assert posted.shown == text


async def test_markdown_that_grows_over_the_limit_is_shown_plain(server: DiscordServer) -> None:
    alice = server.dm("alice")
    text = "x" * 2000
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        assert (outlet.limit, outlet.length(text), outlet.length("*" * 3)) == (2000, 2000, 6)
        await outlet.write(page(text, markdown=True))
        await alice.sees(text)


async def test_formatting_that_is_refused_is_written_again_as_plain_text(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        server.fail("POST /channels/.*/messages", 400)
        await bot.platform.outlet(await bot.hears()).write(page("**bold**", markdown=True))
        assert (await alice.sees("**bold**")).states == [r"\*\*bold\*\*"]


@pytest.mark.parametrize("text", ["\ud83d", "a\udc00b", "\u202eright to left", "e" + "\u0301" * 500, "👩‍👩‍👧‍👦" * 100])
async def test_any_text_arrives(server: DiscordServer, text: str) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        await bot.platform.outlet(await bot.hears()).write(page(text))
        await alice.sees(_scrubbed(text))


def _scrubbed(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)


async def test_files_that_are_refused_lose_no_words(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        server.fail("POST /channels/.*/messages", 413, {"code": 40005, "message": "Request entity too large"})
        await bot.platform.outlet(await bot.hears()).write(page("answer", files=(File("a", b"a", "text/plain"),)))
        assert (await alice.sees("answer")).files == {}


async def test_files_and_an_empty_text(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        await outlet.write(page("", files=(File("词.png", b"\x89PNG", "image/png"),)))
        assert alice.answers[0].files == {"词.png": b"\x89PNG"}
        await outlet.write(page("", 1))
        assert alice.screen[1] == "\u200b"


async def test_buttons_come_back_as_choices(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    choices = tuple(Choice(f"question {number} " + "很长" * 50, f"faq:{number}") for number in range(7))
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        await bot.platform.outlet(await bot.hears()).write(page("Did you mean:", choices=choices, last=True))
        offer = await alice.sees("Did you mean:")
        assert [len(row["components"]) for row in offer.components] == [5, 2]
        assert all(button["style"] == 2 and len(button["label"]) == 80 for button in offer.buttons)
        asked = await alice.presses(offer.buttons[6]["label"])
        pressed = await bot.hears(2)
        assert (pressed.choice, pressed.text, pressed.addressed) == ("faq:6", offer.buttons[6]["label"], True)
        await bot.platform.outlet(Message.load(pressed.dump())).write(page("the answer"))
        assert (await alice.sees("the answer")).reference is offer
        assert (asked.answered, alice.screen[0]) == (6, "Did you mean:")


async def test_forged_button_data_is_passed_on_without_a_label(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server) as bot:
        await alice.says("hello")
        await alice.forges(await alice.sees("you said: hello"), "faq:'; drop")
        forged = await bot.hears(2)
        assert (forged.choice, forged.text) == ("faq:'; drop", "")


async def test_an_answer_goes_on_in_another_process(server: DiscordServer) -> None:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        kept = (await bot.hears()).dump()
    other = made(server)
    await other.outlet(Message.load(kept)).write(page("answer"))
    await other.close()
    await alice.sees("answer")


async def test_a_page_of_another_process_is_taken_over(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        written = await bot.platform.outlet(await bot.hears()).write(page("half", final=False))
        outlet = bot.platform.outlet(bot.messages[0])
        await outlet.adopt(0, written)
        assert await outlet.write(page("whole")) == written
        await outlet.done()
        assert alice.screen == ["whole"]


async def test_choices_that_discord_would_refuse_lose_no_answer(server: DiscordServer) -> None:
    alice = server.dm("alice")
    choices = (
        Choice("same", "faq:1"),
        Choice("  ", "faq:1"),
        *(Choice(f"{each}", f"faq:{each}") for each in range(30)),
    )
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        await bot.platform.outlet(await bot.hears()).write(page("which?", choices=choices))
        assert len((await alice.sees("which?")).buttons) == 25


async def test_typing_is_shown_and_never_fails(server: DiscordServer) -> None:
    alice = server.dm("alice")
    async with listening(server, answer=silence) as bot:
        await alice.says("question")
        outlet = bot.platform.outlet(await bot.hears())
        await outlet.typing()
        assert alice.channel.typed == 1
        server.fail("typing", 403)
        server.slow_down("typing", 9.0)
        await outlet.typing()
        await outlet.typing()
        server.channels.clear()
        await outlet.typing()


async def test_threads_have_gates_of_their_own(server: DiscordServer) -> None:
    parent = server.text_channel(server.guild("python"))
    thread = server.thread(parent)
    async with listening(server, answer=silence) as bot:
        await server.member(parent, "alice").says("one")
        await server.member(thread, "alice").says("two")
        await bot.hears(2)
        gates = [bot.platform.outlet(each).gate for each in bot.messages]
        assert gates == [f"discord:{parent.id}", f"discord:{thread.id}"]


async def test_without_the_right_to_attach_files_it_is_told_from_a_channel_that_is_closed(
    server: DiscordServer,
) -> None:
    channel = server.text_channel(server.guild("users"))
    bob = server.member(channel, "bob")
    async with listening(server, answer=silence) as bot:
        await bob.says("@bot draw")
        outlet = bot.platform.outlet(await bot.hears())
        server.fail("POST /channels/[0-9]+/messages", 403, {"code": 50013, "message": "Missing Permissions"}, times=2)
        with pytest.raises(FilesRefused):
            await outlet.write(page("here", files=(File("a.png", b"png", "image/png"),)))
        await outlet.write(page("here"))
        await bob.sees("here")
