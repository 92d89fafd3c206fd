"""What stays is left out of the collector's rounds, and comes back into them."""

from __future__ import annotations

import gc
import weakref

from bot.runtime.gc_freeze import settle, settled


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_is_left_out_until_the_end() -> None:
    before = gc.get_freeze_count()
    with settled():
        assert gc.get_freeze_count() > before
    assert gc.get_freeze_count() == 0


def test_what_was_left_out_and_is_garbage_since_goes_when_it_is_settled_anew() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    with settled():
        del ring
        gc.collect()
        assert gone()
        settle()
        assert not gone()
