"""Files that others wrote, where the evaluation data is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from handlers.faq.entries.formats import registry
from handlers.faq.entries.load import load

DATA = Path(os.environ.get("EVALUATION_DATA") or "absent")
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="EVALUATION_DATA names no directory")


def test_every_chatterbot_corpus_is_read_with_its_category() -> None:
    corpora = sorted((DATA / "traffic" / "chatterbot_zh").glob("*.yml"))
    entries = [entry for each in corpora for entry in load(each)]
    assert len(entries) > len(corpora)
    assert all(each.tags for each in entries)


@pytest.mark.parametrize("ending", ["yaml", "csv", "tsv", "xlsx", "jsonl"])
def test_real_entries_come_back_from_every_format(tmp_path: Path, ending: str) -> None:
    for faq in sorted(DATA.glob("faqeval/*/faq.jsonl")):
        held = load(faq)
        registry.write(tmp_path / f"faq.{ending}", held)
        assert load(tmp_path / f"faq.{ending}") == held
