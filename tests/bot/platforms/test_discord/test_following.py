"""Pages that follow the response to a slash command: Discord keeps no nonce for them, and still none is doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.domain.errors import RetryAfter
from bot.domain.reply import File
from bot.platforms.discord.outlet import DiscordOutlet
from tests.bot.platforms.test_discord.conftest import Bot, listening, page, reset, silence
from tests.servers.discord import Asked, DiscordServer, Seat
from tests.servers.discord.faults import CUT

FOLLOWING = "POST /webhooks/"
LOOKING = "GET /channels/[0-9]+/messages"
UNHEARD = [CUT, 500, 502, 503, 504, 524]


@dataclass
class Talk:
    """A slash command that was heard, and where it is answered."""

    server: DiscordServer
    alice: Seat
    bot: Bot
    asked: Asked
    outlet: DiscordOutlet

    async def fails(self, text: str, number: int = 1, *, status: int = CUT, done: bool) -> None:
        """Try to write a page that Discord has done or not; nobody hears of it."""
        self.server.fail("(POST|PATCH) /webhooks/", status, after=done)
        with pytest.raises(RetryAfter):
            await self.outlet.write(page(text, number, final=False))

    def another(self) -> DiscordOutlet:
        """Return what another process would write to."""
        return self.bot.platform.outlet(self.bot.messages[0])


@pytest.fixture
async def talk(server: DiscordServer) -> AsyncIterator[Talk]:
    alice = server.member(server.text_channel(server.guild("python")), "alice")
    async with listening(server, reset, answer=silence) as bot:
        asked = await alice.invokes("reset")
        yield Talk(server, alice, bot, asked, bot.platform.outlet(await bot.hears()))


@pytest.mark.parametrize("status", UNHEARD)
async def test_a_page_that_stands_although_nobody_heard_so_is_taken_over(talk: Talk, status: int) -> None:
    await talk.outlet.write(page("One."))
    await talk.fails("Two", status=status, done=True)
    written = await talk.outlet.write(page("Two three.", 1))
    assert talk.alice.screen == ["One.", "Two three."]
    assert written == talk.alice.answers[1].id
    assert len(talk.server.called(FOLLOWING)) == 1


@pytest.mark.parametrize("status", UNHEARD)
async def test_a_page_that_does_not_stand_is_sent_anew(talk: Talk, status: int) -> None:
    await talk.outlet.write(page("One."))
    await talk.fails("Two", status=status, done=False)
    await talk.outlet.write(page("Two three.", 1))
    assert [each.states[-1] for each in talk.alice.answers] == ["One.", "Two three."]
    assert len(talk.server.called(LOOKING)) == 1


async def test_nothing_is_looked_for_where_every_answer_was_heard(talk: Talk) -> None:
    for number in range(3):
        await talk.outlet.write(page(f"page {number}", number))
    assert talk.server.called(LOOKING) == []


async def test_a_page_with_files_stands_once_and_has_them(talk: Talk) -> None:
    await talk.outlet.write(page("One."))
    whole = page("Two.", 1, files=(File("a.txt", b"a", "text/plain"),))
    talk.server.fail(FOLLOWING, CUT, after=True)
    with pytest.raises(RetryAfter):
        await talk.outlet.write(whole)
    await talk.outlet.write(whole)
    assert [(each.shown, each.files) for each in talk.alice.answers] == [("One.", {}), ("Two.", {"a.txt": b"a"})]


async def test_every_page_may_break_off(talk: Talk) -> None:
    for number in range(4):
        await talk.fails(f"page {number}", number, done=True)
        await talk.outlet.write(page(f"page {number}.", number))
    assert talk.alice.screen == [f"page {number}." for number in range(4)]


async def test_a_write_that_was_cancelled_on_its_way_is_not_doubled(talk: Talk) -> None:
    await talk.outlet.write(page("One."))
    writing = asyncio.create_task(talk.outlet.write(page("Two", 1, final=False)))
    await talk.alice.sees("Two")
    writing.cancel()
    await asyncio.wait([writing])
    await talk.outlet.write(page("(stopped)", 1))
    assert talk.alice.screen == ["One.", "(stopped)"]


async def test_what_was_found_and_then_deleted_is_sent_anew(talk: Talk) -> None:
    await talk.outlet.write(page("One."))
    await talk.fails("Two", done=True)
    talk.server.slow_down("PATCH", 0.01)
    with pytest.raises(RetryAfter):
        await talk.outlet.write(page("Two.", 1))
    talk.alice.answers[1].deleted = True
    await talk.outlet.write(page("Two.", 1))
    assert talk.alice.screen == ["One.", "Two."]


async def test_what_others_wrote_meanwhile_is_not_taken_over(talk: Talk) -> None:
    await talk.outlet.write(page("One."))
    await talk.fails("Two", done=False)
    bob = talk.server.member(talk.alice.channel, "bob")
    await bob.invokes("reset")
    other = talk.bot.platform.outlet(await talk.bot.hears(2))
    for number in range(2):
        await other.write(page(f"for bob {number}", number))
    await bob.says("Two")
    await talk.outlet.write(page("Two.", 1))
    assert talk.alice.screen == ["One.", "for bob 0", "for bob 1", "Two."]


async def test_a_page_that_was_sent_anew_meanwhile_is_not_taken_for_another(talk: Talk) -> None:
    await talk.outlet.write(page("One"))
    await talk.fails("Two", done=False)
    talk.alice.answers[0].deleted = True
    await talk.outlet.write(page("One."))
    await talk.outlet.write(page("Two.", 1))
    assert talk.alice.screen == ["One.", "Two."]


async def test_pages_before_an_adopted_one_are_not_taken_over(talk: Talk) -> None:
    written = [await talk.outlet.write(page(f"page {number}", number)) for number in range(3)]
    other = talk.another()
    await other.adopt(0, written[-1])
    talk.server.fail(FOLLOWING, CUT)
    with pytest.raises(RetryAfter):
        await other.write(page("more", 1))
    await other.write(page("more", 1))
    assert talk.alice.screen == ["page 0", "page 1", "page 2", "more"]


async def test_the_response_stays_when_an_adopted_page_was_deleted(talk: Talk) -> None:
    written = [await talk.outlet.write(page(f"page {number}", number)) for number in range(2)]
    other = talk.another()
    await other.adopt(0, written[-1])
    talk.alice.answers[1].deleted = True
    talk.server.slow_down(FOLLOWING, 0.01)
    with pytest.raises(RetryAfter):
        await other.write(page("page 1 (restarted)"))
    await other.done()
    await other.write(page("page 1 (restarted)"))
    assert talk.alice.screen == ["page 0", "page 1 (restarted)"]


@pytest.mark.parametrize("refuses", [0, 50001])
async def test_where_nothing_may_be_read_no_page_is_missing_but_one_may_be_doubled(talk: Talk, refuses: int) -> None:
    talk.alice.channel.history, talk.alice.channel.refuses = False, refuses
    await talk.outlet.write(page("One."))
    await talk.fails("Two", done=True)
    await talk.outlet.write(page("Two three.", 1))
    assert talk.alice.screen == ["One.", "Two", "Two three."]


@pytest.mark.parametrize("number", [0, 1])
async def test_what_stands_unheard_is_taken_over_after_the_token_died(talk: Talk, number: int) -> None:
    for before in range(number):
        await talk.outlet.write(page(f"page {before}", before))
    await talk.fails("half", number, done=True)
    talk.asked.expired = True
    await talk.outlet.write(page("whole", number))
    assert talk.alice.screen == [*(f"page {before}" for before in range(number)), "whole"]
    assert all(each.webhook for each in talk.alice.answers)


async def test_a_response_that_still_thinks_is_not_taken_for_an_answer(talk: Talk) -> None:
    await talk.fails("half", 0, status=503, done=False)
    talk.asked.expired = True
    await talk.outlet.write(page("whole"))
    assert talk.alice.screen == ["whole"]
    assert talk.alice.answers[0] is not talk.asked.original
