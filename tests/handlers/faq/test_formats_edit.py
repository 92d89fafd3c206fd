"""A YAML file that is changed in place keeps every comment and reads as what it should."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.faq.entries.draft import entries_of
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.formats import yaml
from handlers.faq.entries.formats.yaml_edit import edited
from tests.handlers.faq.test_formats_round_trip import ANSWERS, entries


@given(held=entries(), answer=ANSWERS, changed=st.integers(0, 3), added=st.integers(0, 3), inner=st.booleans())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_comments_between_entries_survive_any_change(
    *, held: tuple[Entry, ...], answer: str, changed: int, added: int, inner: bool
) -> None:
    margin = "  " if inner else ""
    blocks = [yaml.dump((each,)).rstrip("\n").split("\n") for each in held]
    noted = [f"{margin}# note {n}\n" + "\n".join(margin + line for line in block) for n, block in enumerate(blocks)]
    text = ("entries:\n" if inner else "") + "\n\n".join(noted) + f"\n{margin}# the end\n"
    new = [replace(each, answer=answer) if n == changed else each for n, each in enumerate(held)]
    new += [Entry(f"new-{n}", f"new {n}?", answer) for n in range(added)]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "faq.yaml"
        path.write_bytes(text.encode())
        written = edited(path, held, new)
        assert written is not None
        assert entries_of(yaml.parse(path, written)) == tuple(new)
    assert all(f"# note {n}\n" in written for n in range(len(held)))
    assert "# the end" in written


@pytest.mark.parametrize("text", ["", "# only a comment\n"])
def test_a_file_without_entries_takes_the_first_below_its_comments(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faq.yaml"
    path.write_text(text, encoding="utf-8")
    written = edited(path, (), [Entry("x", "q?", "a")])
    assert written is not None
    assert written.startswith(text)
    assert entries_of(yaml.parse(path, written)) == (Entry("x", "q?", "a"),)


@pytest.mark.parametrize("text", ["entries:\n", "[]\n", "[{question: q?, answer: a}]\n"])
def test_what_has_no_lines_of_its_own_cannot_be_edited(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faq.yaml"
    path.write_text(text, encoding="utf-8")
    held = entries_of(yaml.parse(path, text))
    assert edited(path, held, [*held, Entry("x", "x?", "a")]) is None
