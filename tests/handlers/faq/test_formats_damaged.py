"""Whatever bytes a file has, it is read or refused in one sentence that begins with its name."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.faq.entries.draft import FaqError
from handlers.faq.entries.entry import Entry, Twin
from handlers.faq.entries.formats import registry
from handlers.faq.entries.load import load

HELD = (
    Entry("backup", "怎么备份？", "第一行\n第二行", ("如何备份", "a|b"), Twin("How?", "So.", ("how",)), ("数据",)),
    Entry("price", "Price?", "**Free**: 0.0", (), None, ("a", "b"), markdown=True),
)
ENDINGS = (".yaml", ".csv", ".tsv", ".xlsx", ".jsonl", ".md", ".chatterbot.yml")
DAMAGE = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.binary(min_size=1, max_size=3)), max_size=4)


def damaged(content: bytes, damage: list[tuple[float, int, bytes]]) -> bytes:
    for where, removed, put in damage:
        at = int(where * len(content))
        content = content[:at] + put + content[at + removed :]
    return content


@pytest.mark.parametrize("ending", ENDINGS)
@given(damage=DAMAGE, written=st.binary(max_size=40))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_is_read_or_refused(ending: str, damage: list[tuple[float, int, bytes]], written: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"faq{ending}"
        registry.write(path, HELD)
        path.write_bytes(damaged(path.read_bytes(), damage) if damage else written)
        try:
            entries = load(path)
        except FaqError as refused:
            assert str(refused).startswith(path.name)  # noqa: PT017 — being read is as good
        else:
            assert all(each.question and each.answer for each in entries)
