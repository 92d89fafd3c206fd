from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from handlers.llm.slots import Slots, Ticket


async def test_a_free_slot_is_there_at_once() -> None:
    with Slots(1).enter() as ticket:
        assert await ticket.wait(0)
        assert ticket.place == 0


async def test_places_move_up_when_somebody_before_leaves() -> None:
    slots = Slots(1)
    tickets = [slots.enter() for _ in range(4)]
    slots.leave(tickets[2])
    assert [ticket.place for ticket in (tickets[0], tickets[1], tickets[3])] == [0, 1, 2]
    slots.leave(tickets[0])
    assert [ticket.place for ticket in (tickets[1], tickets[3])] == [0, 1]


async def test_waiting_ends_without_a_slot_when_the_time_is_over() -> None:
    slots = Slots(1)
    with slots.enter(), slots.enter() as second:
        assert not await second.wait(0.001)
        assert second.place == 1


async def test_a_waiter_who_is_cancelled_leaves_the_queue() -> None:
    slots = Slots(1)

    async def wait() -> None:
        with slots.enter() as ticket:
            await ticket.wait(60)

    with slots.enter():
        task = asyncio.ensure_future(wait())
        await asyncio.wait((task,), timeout=0.001)
        assert len(slots) == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(slots) == 0


@given(st.integers(1, 4), st.lists(st.one_of(st.none(), st.integers(0, 20)), max_size=60))
def test_slots_are_never_more_than_there_are_and_go_to_who_came_first(number: int, steps: list[int | None]) -> None:
    async def play() -> None:
        slots, present = Slots(number), list[Ticket]()
        for step in steps:
            if step is None:
                present.append(slots.enter())
            elif present:
                slots.leave(present.pop(step % len(present)))
            served = [ticket.place == 0 for ticket in present]
            assert served == [True] * min(number, len(present)) + [False] * (len(present) - number)
            assert len(slots) == max(0, len(present) - number)

    asyncio.run(play())
