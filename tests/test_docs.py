"""The documents: every link leads somewhere, the picture of the house shows what is there, and figures are right."""

from __future__ import annotations

import re
from pathlib import Path

import discord
import pytest

from bot.config.settings import Settings

HOUSE = Path(__file__).resolve().parents[1]
DOCUMENTS = [HOUSE / "README.md", HOUSE / "CHANGELOG.md", *sorted((HOUSE / "docs").rglob("*.md"))]
ARCHITECTURE = (HOUSE / "docs" / "architecture.md").read_text(encoding="utf-8")
PICTURE = ARCHITECTURE.partition("```mermaid\n")[2].partition("```")[0]


def anchors(document: Path) -> set[str]:
    """The headings of a document as GitHub links to them."""
    headings = re.findall("^#+ (.+)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_picture_shows_what_is_there() -> None:
    shown = re.findall(r"(?:bot|handlers)/[\w/.]+", PICTURE)
    assert len(shown) > 10
    assert [path for path in shown if not (HOUSE / path).exists()] == []


def test_the_picture_asks_the_stages_in_their_order() -> None:
    stages = re.findall(r"handlers/stages/(\w+)\.py", PICTURE)
    assert tuple(stages) == Settings.model_fields["stages"].default


def test_the_picture_leaves_out_no_platform() -> None:
    built = {path.parent.name for path in (HOUSE / "bot" / "platforms").glob("*/__init__.py")} - {"markdown"}
    assert set(re.findall(r"bot/platforms/(\w+)", PICTURE)) == built


def test_the_invitation_to_discord_asks_for_what_the_document_names() -> None:
    text = (HOUSE / "docs" / "deploy.md").read_text(encoding="utf-8")
    needed = discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        attach_files=True,
        read_message_history=True,
    )
    assert set(re.findall(r"permissions=(\d+)", text)) == {str(needed.value)}
