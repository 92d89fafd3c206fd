"""The soak's short form, and that its judge can find fault. `python -m tests.chaos soak` has the hour."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.balance import STEEPEST, TELLING, Balance
from tests.chaos.sampling import MIB, Sample, slope
from tests.chaos.soak import Load, soak

SHORT = Load(6.0, guests=12, think=0.5, trouble=0.5, look=0.5, delay=0.002, calm=1.0, heavy=False)
REST = Sample(time=0, memory=100 * MIB, descriptors=10, local=4, threads=5, tasks=17, turns=0)


@pytest.mark.timeout(180)
async def test_guests_and_troubles_leave_nothing_behind() -> None:
    balance = await soak(SHORT)
    print(balance)
    assert balance.faults == []
    assert balance.troubles
    assert len(balance.samples) > 2
    assert sum(balance.done.values()) > 20


def rising(steep: float) -> list[Sample]:
    """Return an hour's samples with so many MiB more at its end, and a peak now and then."""
    hour = [
        replace(REST, time=second, memory=int(MIB * (100 + steep * second / 3600))) for second in range(0, 3600, 60)
    ]
    return [replace(each, memory=each.memory * 2) if number % 9 == 0 else each for number, each in enumerate(hour)]


def balance(*, seconds: float = TELLING, steep: float = 0.0, **left: int) -> Balance:
    after = replace(REST, **{name: getattr(REST, name) + more for name, more in left.items()})
    return Balance(seconds, samples=rising(steep), before=REST, after=after)


@pytest.mark.parametrize("steep", [-20.0, 0.0, STEEPEST - 1])
def test_memory_that_is_flat_or_falls_is_no_fault(steep: float) -> None:
    assert balance(steep=steep).faultless


def test_memory_that_grows_is_found_whatever_peaks_there_are() -> None:
    assert "memory grows by 50.0 MiB an hour" in "".join(balance(steep=50.0).faults)
    assert slope(rising(50.0)) == pytest.approx(50.0, abs=1)


def test_a_short_run_says_nothing_about_memory() -> None:
    assert balance(seconds=60.0, steep=50.0).faultless


@pytest.mark.parametrize("name", ["tasks", "descriptors"])
def test_what_is_left_over_is_found(name: str) -> None:
    assert balance(**{name: 2}).faults == [f"2 {name} are left over"]
    assert balance(**{name: -2}).faultless


def test_connections_to_redis_are_kept_no_more_of_than_the_first_quarter_needed() -> None:
    found = balance(local=5)
    assert found.faults == ["5 sockets to Redis are left over"]
    found.samples[14] = replace(found.samples[14], local=REST.local + 4)
    assert found.faults == ["1 sockets to Redis are left over"]
    found.samples[15] = replace(found.samples[15], local=REST.local + 5)
    assert found.faults == ["1 sockets to Redis are left over"]
    found.samples[0] = replace(found.samples[0], local=REST.local + 5)
    assert found.faultless


def test_a_short_run_says_nothing_about_connections_to_redis() -> None:
    assert balance(seconds=60.0, local=5).faultless


def test_who_was_not_answered_is_named() -> None:
    found = balance()
    found.unanswered.append("rule to guest-1")
    assert found.faults == ["unanswered: rule to guest-1"]
