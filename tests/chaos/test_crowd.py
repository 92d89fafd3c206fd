"""People are waited for until they are answered."""

from __future__ import annotations

import random

from tests.chaos.crowd import Crowd
from tests.chaos.process import Bot
from tests.chaos.talk import askers
from tests.chaos.world import world


async def test_what_no_bot_has_accepted_yet_is_waited_for() -> None:
    async with world() as place:
        crowd = Crowd(place, askers(place, 1), seconds=30)
        async with crowd.talking([Bot(place.directory / "bot", place.environment)], random.Random(1)):
            assert await place.accepted() == {}
        verdict = await crowd.total()
    assert verdict.faultless
    assert verdict.whole
