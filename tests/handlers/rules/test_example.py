"""The example content and the owner's reference: what a newcomer reads and tries first."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from handlers.rules.load import ENTRIES, load
from handlers.rules.matcher import Rules
from handlers.rules.rule import KINDS
from handlers.rules.template import FIXED

HOUSE = Path(__file__).resolve().parents[3]
EXAMPLE = HOUSE / "deploy" / "content" / "rules.yaml"
REFERENCE = HOUSE / "docs" / "rules.md"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules(load(EXAMPLE))


@pytest.mark.parametrize(
    ("text", "answered_by"),
    [
        ("你好！", "greeting-zh"),
        ("Hello!", "greeting-en"),
        ("早上好大家☀️", "greeting-zh"),
        ("大家晚上好～", "greeting-zh"),
        ("哈喽", "greeting-zh"),
        ("good morning everyone 👋", "greeting-en"),
        ("謝謝", "thanks-zh"),
        ("谢谢大佬🙏", "thanks-zh"),
        ("Thanks!! 🙏", "thanks-en"),
        ("在吗？", "bot-test"),
        ("在嗎？？", "bot-test"),
        ("拜拜～👋", "goodnight"),
        ("Bye!", "goodnight"),
        ("官网？", "website"),
        ("拾页多少钱？", "price-asked"),
        ("請問價格", "price-asked"),
        ("拾页在哪下载", "download"),
        ("where can I download Shiye?", "download-en"),
        ("issue #45 修好了吗", "issue-number"),
        ("日志里有 SECRET_KEY=abcdefgh123", "secrets"),
        ("拾页的导入附件怎么下载", None),
        ("怎么安装", None),
    ],
)
def test_the_example_answers_what_a_newcomer_tries(rules: Rules, text: str, answered_by: str | None) -> None:
    match = rules.match(text, chat="console:1")
    assert (match.rule.id if match else None) == answered_by


@pytest.mark.parametrize("name", ["sms_zh", "irc_ubuntu_en"])
def test_the_example_is_silent_in_everyday_chat(rules: Rules, name: str) -> None:
    path = Path(os.environ.get("EVALUATION_DATA", "nowhere"), "traffic", f"{name}.sample.jsonl")
    if not path.exists():
        pytest.skip("EVALUATION_DATA, with the traffic, is not here")
    lines = [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    matches = (rules.match(line, addressed=False, chat="telegram:-1") for line in lines)
    fired = Counter(match.rule.id for match in matches if match)
    assert fired.total() <= len(lines) / 1000, fired


def test_the_example_shows_every_kind_of_pattern(rules: Rules) -> None:
    assert {pattern.kind for rule in rules.rules for pattern in rule.patterns} == set(KINDS)


def test_the_example_names_no_address_but_those_reserved_for_examples() -> None:
    hosts = re.findall(r"(?:https?://|@)([\w.-]+\.\w+)", EXAMPLE.read_text("utf-8"))
    assert set(hosts) <= {"example.org", "example.com"}


def test_the_reference_names_every_key_kind_and_placeholder_in_both_languages() -> None:
    chinese, english = REFERENCE.read_text("utf-8").split("# Keyword rules")
    names = {f"`{each}`" for each in (*ENTRIES, *KINDS)} | {f"`{{{each}}}`" for each in FIXED}
    assert [name for name in sorted(names) for part in (chinese, english) if name not in part] == []


def test_the_references_own_examples_can_be_loaded(tmp_path: Path) -> None:
    for example in re.findall(r"```yaml\n(.*?)```", REFERENCE.read_text("utf-8"), re.DOTALL):
        (tmp_path / "rules.yaml").write_text(example, "utf-8")
        assert len(load(tmp_path / "rules.yaml")) == 1
