"""What else goes wrong while people talk, in short: the model, the platforms, the line to Redis."""

from __future__ import annotations

import pytest

from tests.chaos.disasters import suffer
from tests.chaos.model_faults import IMPATIENT, WAYS, model_fails
from tests.chaos.verdict import Verdict

pytestmark = pytest.mark.timeout(120)


def faultless(verdict: Verdict) -> bool:
    print(verdict)
    return verdict.faultless and verdict.whole > 0


async def test_however_the_model_fails_everybody_is_answered_or_told_why() -> None:
    verdict = await suffer(model_fails, **IMPATIENT)
    assert faultless(verdict)
    assert 0 < verdict.refused + verdict.broken <= len(WAYS)
