"""What is loaded once, before tests that look at the clock."""

from __future__ import annotations

import pytest

from handlers.language.tagging.hidden_markov import model
from tests.handlers.language.real import plain


@pytest.fixture(autouse=True, scope="session")
def loaded() -> None:
    """Load jieba's dictionary and its model before the first test."""
    plain()
    model()
