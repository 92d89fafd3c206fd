from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import handlers
from bot.config.catalogue import Catalogue
from bot.contract import Page, Rate
from bot.delivery.delivery import Delivery, Shown, Stopped
from bot.domain.errors import Apology, Discarded, FilesRefused, Gone, RetryAfter, UndeliverableError, Unreachable
from bot.domain.reply import Choice, File, Notice, Reply, Retraction, Source
from bot.telemetry.metrics import Metrics

TEXTS = Catalogue(Path(handlers.__file__).parent / "texts")
CHAT = Source("chat", "a-model")
CHOICE = (Choice("yes", "y"),)


class Sheet:
    """An outlet that keeps what was written, and fails as it is told to."""

    def __init__(self, *, gate: str = "chat", limit: int = 50, pace: float = 0.0, rate: Rate | None = None) -> None:
        self.gate, self.limit, self.pace = gate, limit, pace
        self.rate = rate or Rate(1000, 0.001)
        self.pages: list[Page] = []
        self.failures: list[Exception] = []
        self.typed = asyncio.Event()
        self.written = asyncio.Event()
        self.held: asyncio.Event | None = None

    def length(self, text: str) -> int:
        return len(text)

    async def typing(self) -> None:
        self.typed.set()

    async def write(self, page: Page) -> str:
        if self.held:
            await self.held.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.pages.append(page)
        self.written.set()
        return f"m{page.number}"

    async def adopt(self, number: int, written: str) -> None:
        return

    async def done(self) -> None:
        return

    @property
    def final(self) -> list[str]:
        return [page.text for page in self.pages if page.final]


Piece = str | Notice | Retraction | File


async def saying(*pieces: Piece | Exception | asyncio.Event) -> AsyncIterator[Piece]:
    """Say pieces, wait for events, raise errors."""
    for piece in pieces:
        if isinstance(piece, Exception):
            raise piece
        if isinstance(piece, asyncio.Event):
            await piece.wait()
        else:
            yield piece


async def show(reply: Reply, sheet: Sheet) -> Shown:
    return await Delivery(TEXTS).show(reply, sheet, "en")


async def cancelled(reply: Reply, sheet: Sheet, when: asyncio.Event) -> None:
    """Show a reply, and cancel that when something has happened."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(show(reply, sheet))
        await when.wait()
        task.cancel()
    assert task.cancelled()


async def test_a_known_text_is_written_once() -> None:
    sheet = Sheet()
    shown = await show(Reply(CHAT, "Hello.", markdown=True), sheet)
    assert sheet.pages == [Page(0, "Hello.", final=True, source=CHAT, markdown=True, last=True)]
    assert shown == Shown("Hello.", ("m0",), whole=True)


async def test_choices_are_on_the_last_page_only() -> None:
    sheet = Sheet()
    shown = await show(Reply(CHAT, "A sentence of words. " * 5, choices=CHOICE), sheet)
    assert [(page.number, page.final, page.last) for page in sheet.pages] == [
        (0, True, False),
        (1, True, False),
        (2, True, True),
    ]
    assert [page.choices for page in sheet.pages] == [(), (), CHOICE]
    assert shown.ids == ("m0", "m1", "m2")


async def test_without_a_pace_every_piece_is_drawn_and_the_last_state_once() -> None:
    sheet = Sheet()
    await show(Reply(CHAT, words=saying("One", " two", " three."), markdown=True), sheet)
    assert [(page.text, page.final, page.markdown) for page in sheet.pages] == [
        ("One", False, False), ("One two", False, False), ("One two three.", False, False),
        ("One two three.", True, True),
    ]  # fmt: skip


async def test_a_full_page_is_finished_while_the_next_grows() -> None:
    sheet, text = Sheet(), "Some words that go on. " * 10
    shown = await show(Reply(CHAT, words=saying(*text.split(" ")), choices=CHOICE), sheet)
    numbers = [page.number for page in sheet.pages]
    assert numbers == sorted(numbers)
    assert [page.number for page in sheet.pages if page.final] == [*range(numbers[-1] + 1)]
    assert "".join(sheet.final).replace(" ", "") == shown.text.replace(" ", "")
    assert [page.last for page in sheet.pages if page.final].index(True) == numbers[-1]


async def test_streamed_pages_are_those_of_the_whole_text() -> None:
    streamed, known, text = Sheet(), Sheet(), "```python\n" + "print('你好')\n" * 20 + "```\n\n完。" * 3
    await show(Reply(CHAT, words=saying(*text), markdown=True), streamed)
    await show(Reply(CHAT, text, markdown=True), known)
    assert streamed.final == known.final


async def test_slow_writes_do_not_hold_up_the_words_and_the_latest_state_wins() -> None:
    sheet, pulled = Sheet(pace=0.001, limit=5000), asyncio.Event()
    sheet.held = asyncio.Event()

    async def words() -> AsyncIterator[str | Notice]:
        for number in range(500):
            yield f"{number} "
            await asyncio.sleep(0)
        pulled.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(show(Reply(CHAT, words=words()), sheet))
        await pulled.wait()
        sheet.held.set()
    assert len(sheet.pages) == 2
    assert sheet.pages[-1].text == task.result().text.rstrip()


async def test_a_file_that_comes_with_the_words_goes_with_the_last_page() -> None:
    sheet, late, own = Sheet(limit=6), File("late.png", b"", "image/png"), File("own.txt", b"", "text/plain")
    await show(Reply(CHAT, words=saying(Notice("wait"), "Here. ", late, "There."), files=(own,)), sheet)
    assert [page.files for page in sheet.pages if page.final] == [(), (own, late)]


async def test_a_file_may_be_the_whole_answer_but_none_goes_with_a_broken_one() -> None:
    alone, broken, file = Sheet(), Sheet(), File("a.png", b"", "image/png")
    assert (await show(Reply(CHAT, words=saying(file)), alone)).whole
    await show(Reply(CHAT, words=saying("Half", file, Apology("chat.broken"))), broken)
    assert [page.files for page in alone.pages if page.final] == [(file,)]
    assert not any(page.files for page in broken.pages)


async def test_a_notice_stands_in_until_the_first_words() -> None:
    sheet = Sheet()
    shown = await show(Reply(CHAT, words=saying(Notice("Please wait."), "Here.", Notice("too late"))), sheet)
    assert [page.text for page in sheet.pages] == ["Please wait.", "Here.", "Here."]
    assert [page.number for page in sheet.pages] == [0, 0, 0]
    assert shown.text == "Here."


async def test_what_is_taken_back_does_not_stay() -> None:
    sheet = Sheet()
    shown = await show(Reply(CHAT, words=saying("Hm, ", "let me", Retraction("Yes"), ".")), sheet)
    assert (shown, sheet.final) == (Shown("Yes.", ("m0",), whole=True), ["Yes."])


async def test_pages_that_are_taken_back_are_struck_and_the_answer_stands_below_them() -> None:
    sheet = Sheet()
    thought = (f"I wonder about {number}. " for number in range(10))
    shown = await show(Reply(CHAT, words=saying(*thought, Retraction("\n"), "Yes.")), sheet)
    standing = {page.number: page for page in sheet.pages}
    assert [page.text for _, page in sorted(standing.items())] == [*["…"] * (len(standing) - 1), "Yes."]
    assert len(standing) > 2
    assert all(page.final for page in standing.values())
    assert shown.text.strip() == "Yes."


async def test_what_is_taken_back_before_it_is_drawn_is_never_seen() -> None:
    sheet = Sheet(pace=60)
    await show(Reply(CHAT, words=saying("Hm", Retraction(""), "Yes.")), sheet)
    assert not any("Hm" in page.text for page in sheet.pages)


async def test_typing_is_shown_while_there_is_nothing_to_read() -> None:
    sheet = Sheet()
    await show(Reply(CHAT, words=saying(sheet.typed, "Here.")), sheet)
    assert sheet.typed.is_set()


async def test_an_apology_mid_stream_keeps_what_came() -> None:
    sheet = Sheet(limit=500)
    shown = await show(Reply(CHAT, words=saying("Half", Apology("core.unknown"), "never"), choices=CHOICE), sheet)
    assert sheet.final == ["Half\n\n(the answer broke off here: I don't know that.)"]
    assert (shown.whole, shown.unfinished, sheet.pages[-1].choices) == (False, "Half", ())


async def test_nothing_is_to_be_built_upon_what_is_to_be_discarded() -> None:
    shown = await show(Reply(CHAT, words=saying("Half", Discarded("core.unknown"))), Sheet(limit=500))
    assert (shown.whole, shown.unfinished) == (False, "")


async def test_of_a_cancelled_answer_it_is_told_what_was_shown() -> None:
    sheet = Sheet()

    async def shown() -> Shown:
        try:
            return await show(Reply(CHAT, words=saying("Half", asyncio.Event())), sheet)
        except Stopped as stopped:
            return stopped.shown

    async with asyncio.TaskGroup() as group:
        task = group.create_task(shown())
        await sheet.written.wait()
        task.cancel()
    assert (task.result().text, task.result().unfinished) == ("Half\n\n(stopped)", "Half")


async def test_what_is_said_after_unfinished_code_stands_below_it() -> None:
    sheet = Sheet(limit=500)
    await show(Reply(CHAT, words=saying("```py\nx = 1", Apology("core.unknown")), markdown=True), sheet)
    assert sheet.final[0].startswith("```py\nx = 1\n```\n\n(the answer")


async def test_an_apology_before_any_word_is_all_that_is_said() -> None:
    sheet = Sheet()
    shown = await show(Reply(CHAT, words=saying(Notice("Wait."), Apology("core.unknown"))), sheet)
    assert (sheet.final, shown.whole) == (["I don't know that."], False)


async def test_a_bug_is_told_and_raised() -> None:
    sheet = Sheet(limit=500)
    with pytest.raises(ZeroDivisionError):
        await show(Reply(CHAT, words=saying("Half", ZeroDivisionError())), sheet)
    assert sheet.final == ["Half\n\nSomething went wrong and this was not answered. It has been written down."]


async def test_a_cancelled_answer_says_so_and_closes_its_source_in_its_own_task() -> None:
    sheet, tasks = Sheet(), list[asyncio.Task[None] | None]()

    async def words() -> AsyncIterator[str | Notice]:
        tasks.append(asyncio.current_task())
        try:
            yield "Half"
            await asyncio.Event().wait()
        finally:
            tasks.append(asyncio.current_task())

    await cancelled(Reply(CHAT, words=words()), sheet, sheet.written)
    assert sheet.final == ["Half\n\n(stopped)"]
    assert tasks[0] is tasks[1]


async def test_cancelled_before_any_word_it_says_only_that() -> None:
    sheet = Sheet()
    await cancelled(Reply(CHAT, words=saying(asyncio.Event())), sheet, sheet.typed)
    assert sheet.final == ["(stopped)"]


async def test_cancelled_before_it_began_it_writes_nothing() -> None:
    sheet, begun = Sheet(), asyncio.Event()
    begun.set()
    await cancelled(Reply(CHAT, words=saying("never")), sheet, begun)
    assert not sheet.pages


async def test_an_impatient_second_stop_does_not_tear_the_farewell() -> None:
    sheet, reached = Sheet(), asyncio.Event()

    async def words() -> AsyncIterator[str | Notice]:
        try:
            yield "Half"
            await asyncio.Event().wait()
        finally:
            reached.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(show(Reply(CHAT, words=words()), sheet))
        await sheet.written.wait()
        task.cancel()
        await reached.wait()
        task.cancel()
    assert sheet.final == ["Half\n\n(stopped)"]
    assert task.cancelled()


async def test_a_write_under_way_is_not_torn_by_cancelling() -> None:
    sheet, reached = Sheet(), asyncio.Event()
    sheet.held = asyncio.Event()

    async def words() -> AsyncIterator[str | Notice]:
        yield "Half"
        reached.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(show(Reply(CHAT, words=words()), sheet))
        await reached.wait()
        task.cancel()
        asyncio.get_running_loop().call_soon(sheet.held.set)
    assert [page.text for page in sheet.pages] == ["Half", "Half\n\n(stopped)"]


async def test_nothing_to_show_is_not_written() -> None:
    sheet = Sheet()
    assert await show(Reply(CHAT, " \n"), sheet) == Shown("")
    assert await show(Reply(CHAT, words=saying(" ", "\n")), sheet) == Shown("")
    assert not sheet.pages


async def test_a_notice_that_nothing_follows_does_not_stay() -> None:
    sheet = Sheet()
    shown = await show(Reply(CHAT, words=saying(Notice("Please wait."))), sheet)
    assert (sheet.final, shown.whole) == (["I don't know that."], False)


async def test_choices_without_text_are_written() -> None:
    sheet = Sheet()
    await show(Reply(CHAT, choices=CHOICE), sheet)
    assert [(page.text, page.choices) for page in sheet.pages] == [("", CHOICE)]


@pytest.mark.parametrize("words", [None, ("One", " two")])
async def test_a_chat_that_is_gone_ends_the_answer_quietly(words: tuple[str, ...] | None) -> None:
    sheet = Sheet()
    sheet.failures = [Gone()]
    reply = Reply(CHAT, words=saying(*words)) if words else Reply(CHAT, "Hello.")
    shown = await show(reply, sheet)
    assert (shown.whole, sheet.pages) == (False, [])


async def test_the_words_are_no_longer_pulled_when_the_chat_is_gone() -> None:
    sheet = Sheet()
    sheet.failures = [Gone()]
    shown = await show(Reply(CHAT, words=saying("One", asyncio.Event())), sheet)
    assert shown == Shown("One")


async def test_the_final_text_arrives_after_several_silences() -> None:
    sheet = Sheet()
    sheet.failures = [RetryAfter(0.01), RetryAfter(0.02), RetryAfter(0.01)]
    shown = await show(Reply(CHAT, words=saying("One", " two.")), sheet)
    assert (sheet.final, shown.whole) == (["One two."], True)


async def test_silences_are_counted_by_why_the_platform_is_not_written_to() -> None:
    sheet, metrics = Sheet(), Metrics()
    sheet.failures = [RetryAfter(0.01), Unreachable(0.01), Unreachable(0.01)]
    assert (await Delivery(TEXTS, metrics=metrics).show(Reply(CHAT, "One."), sheet, "en")).whole
    told = metrics.text().decode()
    for reason, count in (("asked", 1.0), ("unreachable", 2.0)):
        assert f'yingda_gate_silences_total{{reason="{reason}"}} {count}\n' in told


async def test_a_redraw_that_fails_costs_nothing_else() -> None:
    sheet = Sheet()
    sheet.failures = [OSError("reset")]
    shown = await show(Reply(CHAT, words=saying("One", " two")), sheet)
    assert [page.text for page in sheet.pages] == ["One two", "One two"]
    assert shown.whole


async def test_a_final_write_is_tried_twice() -> None:
    sheet = Sheet()
    sheet.failures = [OSError("reset")]
    assert (await show(Reply(CHAT, "Hello."), sheet)).whole
    sheet.failures = [OSError("reset"), OSError("again")]
    with pytest.raises(OSError, match="again"):
        await show(Reply(CHAT, "Hello."), sheet)


async def test_five_hundred_answers_at_once_keep_every_chats_order_and_lose_nothing() -> None:
    delivery, sheets = Delivery(TEXTS), [Sheet(gate=f"chat-{number}", pace=0.005, limit=200) for number in range(500)]

    async def words(name: str) -> AsyncIterator[str | Notice]:
        for number in range(60):
            yield f"{name}:{number} "
            await asyncio.sleep(0)

    async def two_answers(sheet: Sheet) -> None:
        for turn in "ab":
            await delivery.show(Reply(CHAT, words=words(f"{sheet.gate}{turn}")), sheet, "en")

    await asyncio.gather(*map(two_answers, sheets))
    for sheet in sheets:
        expected = [f"{sheet.gate}{turn}:{number}" for turn in "ab" for number in range(60)]
        assert " ".join(sheet.final).split() == expected


@pytest.mark.parametrize("grows", [False, True])
async def test_what_nobody_sees_is_not_written(grows: bool) -> None:  # noqa: FBT001 — a parameter of the test
    said, shown = (
        "a\x07\x1b[31m\u202egnp.exe\u2066 b\r\n\t👨\u200d👩 نگ\u200cاه",
        "a[31mgnp.exe b\n\t👨\u200d👩 نگ\u200cاه",
    )
    sheet = Sheet()
    await show(Reply(CHAT, words=saying(*said)) if grows else Reply(CHAT, said), sheet)
    assert sheet.final == [shown]


async def test_what_is_pulled_but_not_drawn_is_not_shown_to_who_stopped_the_answer() -> None:
    sheet, pulled = Sheet(limit=50, pace=60.0), asyncio.Event()

    async def words() -> AsyncIterator[str]:
        yield "first words of a page "
        await sheet.written.wait()
        yield "and more. " * 9
        pulled.set()
        await asyncio.Event().wait()

    await cancelled(Reply(CHAT, words=words()), sheet, pulled)
    assert len(sheet.final) == 2
    assert sheet.final[-1].endswith("(stopped)")
    assert "".join(sheet.final).count("and more.") < 9


async def test_of_a_known_text_no_page_follows_the_one_that_is_written_when_it_is_stopped() -> None:
    sheet = Sheet(limit=50)
    sheet.held = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(show(Reply(CHAT, "some words. " * 100), sheet))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        sheet.held.set()
    assert len(sheet.pages) <= 1


async def test_what_is_not_drawn_is_not_pulled() -> None:
    sheet, pulled = Sheet(limit=50, rate=Rate(1, 3600.0)), list[int]()

    async def words() -> AsyncIterator[str]:
        for number in range(1000):
            pulled.append(number)
            yield "ten chars "

    async with asyncio.TaskGroup() as group:
        task = group.create_task(show(Reply(CHAT, words=words()), sheet))
        await sheet.written.wait()
        for _ in range(3000):
            await asyncio.sleep(0)
        task.cancel()
    assert 10 <= len(pulled) <= 20


async def test_blank_lines_without_end_are_pulled_all_the_same() -> None:
    sheet = Sheet(limit=50)
    shown = await show(Reply(CHAT, words=saying("a", "\n" * 101, "\n", "b")), sheet)
    assert shown.whole
    assert sheet.final[-1].endswith("b")


async def test_where_files_are_not_taken_the_text_stands_and_says_so() -> None:
    sheet = Sheet(limit=200)
    sheet.failures.append(FilesRefused("no rights"))
    shown = await show(Reply(CHAT, "A cloud.", files=(File("a.png", b"png", "image/png"),)), sheet)
    assert [(page.text, page.files) for page in sheet.pages] == [
        ("A cloud.\n\n(I am not allowed to send pictures or files here.)", ())
    ]
    assert (shown.text, shown.whole) == ("A cloud.", True)


async def test_a_page_that_the_platform_fails_at_is_given_up_in_words() -> None:
    sheet = Sheet()
    sheet.failures = [UndeliverableError("3 times")]
    shown = await show(Reply(CHAT, "<@&1> words"), sheet)
    assert sheet.final == [TEXTS.say("en", "core.undeliverable")]
    assert not shown.whole
