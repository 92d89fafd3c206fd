"""What a mailbox promises while Redis is away, when it comes back, and when it has forgotten everything."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from bot.domain.message import Message
from bot.queue.letters import ACCEPT, lock_key, mail_key, seen_key, shown_key
from bot.queue.mailbox import Mailbox
from bot.queue.replica import Replica
from bot.services import Services
from bot.storage.store import Store, make_client
from tests.people import said


class Line:
    """A mailbox whose way to Redis can be cut."""

    def __init__(self, services: Services) -> None:
        self.real = services.store
        self.nowhere = Store(make_client("redis://127.0.0.1:1"), "nowhere")
        self.store = Store(self.real.client, "test")
        self._lead(self.real)
        self.mailbox = Mailbox(self.store, Replica("here", uuid.uuid4().hex))

    def _lead(self, to: Store) -> None:
        self.store.client, self.store._link = to.client, to._link

    def cut(self) -> None:
        self._lead(self.nowhere)

    def mend(self) -> None:
        self._lead(self.real)
        self.store._rest_until = 0.0  # the second of rest, over

    async def takes(self, message: Message) -> str | None:
        letter = await self.mailbox.take(message.conversation)
        return letter.message.text if letter else None

    async def answers(self, message: Message) -> str | None:
        letter = await self.mailbox.take(message.conversation)
        if letter:
            await self.mailbox.finish(message.conversation, letter.line)
        return letter.message.text if letter else None


@pytest.fixture
async def line(services: Services) -> AsyncIterator[Line]:
    line = Line(services)
    yield line
    await line.nowhere.close()


async def held_elsewhere(services: Services, line: Line) -> tuple[Mailbox, Message, Message]:
    """Return a mailbox that holds a conversation, what it accepted there, and what was accepted here for it."""
    first, second = said("one"), said("two")
    other = Mailbox(services.store, Replica("there", uuid.uuid4().hex))
    await other.accept(first, first.conversation)
    assert await line.mailbox.accept(second, second.conversation)
    assert await line.takes(second) is None
    return other, first, second


async def test_what_was_accepted_before_is_answered_while_redis_is_away_and_only_then(line: Line) -> None:
    first, second = said("one"), said("two")
    for message in (first, second):
        assert await line.mailbox.accept(message, message.conversation)
    line.cut()
    assert [await line.answers(first), await line.answers(second)] == ["one", "two"]
    line.mend()
    assert await line.answers(first) is None


async def test_what_came_while_redis_was_away_keeps_its_place_when_it_is_back(line: Line) -> None:
    before, after = said("before"), said("after")
    line.cut()
    assert await line.mailbox.accept(before, before.conversation)
    line.mend()
    assert await line.mailbox.accept(after, after.conversation)
    assert [await line.answers(before), await line.answers(before)] == ["before", "after"]


async def test_what_came_while_redis_was_away_is_put_there_as_soon_as_it_is_back(line: Line) -> None:
    message = said("meanwhile")
    line.cut()
    assert await line.mailbox.accept(message, message.conversation)
    line.mend()
    assert await line.mailbox.left_behind(()) == [message.conversation]
    assert await line.real.client.llen(f"y1:{{{message.conversation.key}}}:mail") == 1


async def test_a_redis_that_forgot_everything_costs_no_message(line: Line) -> None:
    first, second = said("one"), said("two")
    for message in (first, second):
        await line.mailbox.accept(message, message.conversation)
    letter = await line.mailbox.take(first.conversation)
    assert letter
    await line.real.client.flushall()
    assert await line.mailbox.begin(first.conversation, letter)
    await line.mailbox.finish(first.conversation, letter.line)
    assert [await line.answers(second), await line.answers(second)] == ["two", None]


async def test_what_another_process_answered_is_not_answered_from_the_copy(services: Services, line: Line) -> None:
    message = said("one")
    await line.mailbox.accept(message, message.conversation)
    await line.real.client.delete(f"y1:{{{message.conversation.key}}}:lock")
    other = Mailbox(services.store, Replica("there", uuid.uuid4().hex))
    letter = await other.take(message.conversation)
    assert letter
    at_hand = await line.mailbox.take(message.conversation)
    assert at_hand
    assert not await line.mailbox.begin(message.conversation, at_hand)
    await other.finish(message.conversation, letter.line)
    assert await line.takes(message) is None
    assert await line.mailbox.left_behind(()) == []


async def test_what_lies_there_for_another_process_is_left_to_it_while_redis_is_away(
    services: Services, line: Line
) -> None:
    other, first, second = await held_elsewhere(services, line)
    third = said("three")
    line.cut()
    assert await line.takes(second) is None
    assert await line.mailbox.accept(third, third.conversation)
    assert await line.answers(third) == "three"
    line.mend()
    letter = await other.take(first.conversation)
    assert letter
    await other.finish(first.conversation, letter.line)
    assert await other.take(first.conversation)


async def test_what_is_answered_from_memory_is_not_taken_by_who_holds_the_conversation_when_redis_is_back(
    services: Services, line: Line
) -> None:
    other, first, second = await held_elsewhere(services, line)
    third = said("three")
    line.cut()
    await line.mailbox.left_behind(())  # the first to be told that Redis is away
    assert await line.mailbox.accept(third, third.conversation)
    given = await line.mailbox.take(third.conversation)
    assert given
    assert await line.mailbox.begin(third.conversation, given)
    line.mend()
    await line.mailbox.left_behind((third.conversation,))
    for expected in (first, second):
        letter = await other.take(first.conversation)
        assert letter
        assert letter.message == expected
        await other.finish(first.conversation, letter.line)
    assert await line.mailbox.begin(third.conversation, given)
    await line.mailbox.finish(third.conversation, given.line)
    assert await other.take(first.conversation) is None


async def test_what_another_process_has_answered_is_not_answered_again_when_redis_goes_away_later(
    services: Services, line: Line
) -> None:
    first, second, third = said("one"), said("two"), said("three")
    other = Mailbox(services.store, Replica("there", uuid.uuid4().hex))
    await other.accept(first, first.conversation)
    for message in (second, third):
        await line.mailbox.accept(message, message.conversation)
    for _ in (first, second):
        letter = await other.take(first.conversation)
        assert letter
        await other.finish(first.conversation, letter.line)
    await line.real.client.delete(lock_key(first.conversation))
    letter = await line.mailbox.take(first.conversation)
    assert letter
    assert letter.message == third
    line.cut()
    await line.mailbox.finish(first.conversation, letter.line)
    assert await line.takes(first) is None


async def test_who_was_taken_for_dead_writes_no_more_and_takes_nothing_of_the_others_notes(
    services: Services, line: Line
) -> None:
    message = said("one")
    await line.mailbox.accept(message, message.conversation)
    asleep = await line.mailbox.take(message.conversation)
    assert asleep
    await line.real.client.delete(f"y1:{{{message.conversation.key}}}:lock")
    other = Mailbox(services.store, Replica("there", uuid.uuid4().hex))
    letter = await other.take(message.conversation)
    assert letter
    assert await other.begin(message.conversation, letter)
    assert not await line.mailbox.begin(message.conversation, asleep)
    await line.mailbox.finish(message.conversation, asleep.line)
    assert await line.real.client.hexists(f"y1:{{{message.conversation.key}}}:shown", "begun")


async def test_a_stop_leaves_the_answer_under_way_to_be_ended_visibly(line: Line) -> None:
    first, second = said("one"), said("two")
    for message in (first, second):
        await line.mailbox.accept(message, message.conversation)
    letter = await line.mailbox.take(first.conversation)
    assert letter
    assert await line.mailbox.begin(first.conversation, letter)
    assert await line.mailbox.stop(first.conversation) == 2
    again = await line.mailbox.take(first.conversation)
    assert again
    assert (again.message.text, again.begun, again.stopped) == ("one", True, True)
    await line.mailbox.finish(first.conversation, again.line)
    assert await line.takes(first) is None


async def test_what_arrives_in_redis_after_its_answer_has_ended_is_not_answered_again(line: Line) -> None:
    message = said("one")
    where = message.conversation
    line.cut()
    await line.mailbox.accept(message, where)  # sent, and given up: it is still on its way
    letter = await line.mailbox.take(where)
    assert letter
    line.mend()
    await line.mailbox.finish(where, letter.line)
    keys = seen_key(where, message.update), mail_key(where), lock_key(where), shown_key(where)
    late = await line.real.client.eval(ACCEPT, len(keys), *keys, letter.line, 60, 60, "here", 1000)
    assert (late, await line.takes(message)) == (0, None)


async def test_an_answer_goes_on_when_redis_is_back_and_does_not_know_yet_that_the_one_before_has_ended(
    line: Line,
) -> None:
    first, second = said("one"), said("two")
    where = first.conversation
    for message in (first, second):
        await line.mailbox.accept(message, where)
    line.cut()
    assert await line.answers(first) == "one"
    letter = await line.mailbox.take(where)
    assert letter
    line.mend()
    await line.real.client.delete(f"y1:{{{where.key}}}:lock")  # it has expired meanwhile
    assert await line.mailbox.begin(where, letter)
    await line.mailbox.left_behind({where})
    assert await line.mailbox.begin(where, letter)
    assert await line.real.client.hexists(f"y1:{{{where.key}}}:shown", "begun")
    await line.mailbox.finish(where, letter.line)
    assert await line.takes(first) is None


async def test_a_letter_that_cannot_be_read_is_left_out_also_where_redis_could_not_be_told_so_at_once(
    line: Line,
) -> None:
    where = said("one").conversation
    await line.real.client.rpush(mail_key(where), "no letter")
    line.cut()
    await line.mailbox.finish(where, "no letter")
    line.mend()
    await line.mailbox.left_behind(())
    assert await line.real.client.llen(mail_key(where)) == 0


async def test_of_what_was_never_sent_to_redis_nothing_is_to_be_told_when_it_is_back(line: Line) -> None:
    sent, *never = [said(f"{number}", person=f"{number}") for number in range(9)]
    line.cut()
    for message in (sent, *never):
        await line.mailbox.accept(message, message.conversation)
        assert await line.answers(message)
    line.mend()
    await line.mailbox.left_behind(())
    assert await line.real.client.keys("*seen*") == [seen_key(sent.conversation, sent.update)]


async def test_what_was_never_sent_is_put_into_redis_before_it_is_answered_when_redis_is_back(line: Line) -> None:
    sent, never = said("one", person="1"), said("two", person="2")
    line.cut()
    for message in (sent, never):
        await line.mailbox.accept(message, message.conversation)
    line.mend()
    assert await line.takes(never) is None
    assert set(await line.mailbox.left_behind(())) == {sent.conversation, never.conversation}
    assert await line.takes(never) == "two"
    assert await line.real.client.llen(mail_key(never.conversation)) == 1


async def test_while_redis_is_left_alone_nobody_goes_through_all_that_it_has_not_been_told(line: Line) -> None:
    messages = [said(f"{number}") for number in range(9)]
    for message in messages:
        await line.mailbox.accept(message, message.conversation)
    line.cut()
    for message in messages:
        assert await line.answers(message)
    with pytest.raises(StopIteration):  # at its end without having waited for anything
        line.mailbox.left_behind(()).send(None)
    line.mend()
    await line.mailbox.left_behind(())
    assert await line.takes(messages[0]) is None
