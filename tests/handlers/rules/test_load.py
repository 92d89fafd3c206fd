"""Reading rules.yaml: what an owner may write, and what is said about each mistake."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.load import derived_id, load
from handlers.rules.nodes import RulesError
from handlers.rules.rule import Answer, Pattern, Rule

GOOD = "- patterns: 价格\n  answers: 免费\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rules.yaml"


def read(path: Path, text: str) -> tuple[Rule, ...]:
    path.write_text(text, "utf-8")
    return load(path)


def test_everything_a_rule_can_have_is_read(path: Path) -> None:
    (rule,) = read(
        path,
        r"""
rules:
- id: all-of-it
  patterns: [价格, {word: api}, {regex: '#(?P<n>\d+)'}]
  all: [{prefix: 请问}]
  none: 电影
  answers:
  - 看 {n}
  - {text: '{sender}', weight: 2.5}
  priority: -3
  when: addressed
  cooldown: 1.5
  chats: ['telegram:-100123', 'discord:*']
  markdown: true
""",
    )
    assert rule == Rule(
        "all-of-it",
        (Pattern("价格"), Pattern("api", "word"), Pattern(r"#(?P<n>\d+)", "regex")),
        (Answer("看 {n}"), Answer("{sender}", 2.5)),
        all=(Pattern("请问", "prefix"),),
        none=(Pattern("电影"),),
        priority=-3,
        when="addressed",
        cooldown=1.5,
        chats=("telegram:-100123", "discord:*"),
        markdown=True,
    )


def test_singular_names_and_a_list_at_the_top_do_as_well(path: Path) -> None:
    (rule,) = read(path, "- pattern: 价格\n  answer: 免费\n")
    assert rule == Rule("价格", (Pattern("价格"),), (Answer("免费"),))


def test_what_yaml_takes_for_numbers_and_truths_are_texts_as_written(path: Path) -> None:
    (rule,) = read(path, "- patterns: [404, 1.10, no, 2026-01-01]\n  answers: yes\n")
    assert [each.text for each in rule.patterns] == ["404", "1.10", "no", "2026-01-01"]
    assert rule.answers == (Answer("yes"),)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "rules:\n", "[]", "\ufeff"])
def test_an_empty_file_is_no_rules(path: Path, text: str) -> None:
    assert read(path, text) == ()


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(path: Path) -> None:
    assert len(read(path, "\ufeff" + GOOD.replace("\n", "\r\n"))) == 1


def test_ids_are_derived_from_the_first_pattern_and_do_not_move(path: Path) -> None:
    first = read(path, "- {pattern: 価格 API!, answer: a}\n- {pattern: '?!', answer: b}\n")
    later = read(path, f"{GOOD}- {{pattern: '?!', answer: b}}\n- {{pattern: 価格 API!, answer: a}}\n")
    assert {each.id for each in first} < {each.id for each in later}


def test_derived_ids_never_clash(path: Path) -> None:
    rules = read(path, f"{GOOD}{GOOD}- {{id: 价格, pattern: x, answer: y}}\n{GOOD}")
    assert [each.id for each in rules] == ["价格-2", "价格-3", "价格", "价格-4"]


@given(st.text(min_size=1).filter(lambda text: text.strip()))
def test_a_derived_id_is_short_and_never_empty(text: str) -> None:
    try:
        pattern = Pattern(text)
    except ValueError:
        return
    assert 0 < len(derived_id(pattern)) < 50


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("- patterns: [a, '']\n  answers: b", 1, "the pattern is empty"),
        ("- patterns:\n  - a\n  -\n  answers: b", 3, "the pattern is empty"),
        ('- patterns: "\\u200b"\n  answers: b', 1, "nothing is left of the pattern"),
        ("- answers: b", 1, "the rule has no patterns"),
        ("- patterns: []\n  answers: b", 1, "the rule has no patterns"),
        ("- id: x\n  none: a\n  answers: b", 1, "the rule has no patterns"),
        ("- patterns: a", 1, "the rule has no answers"),
        ("- patterns: a\n  answers: []", 2, "the rule has no answers"),
        ("- patterns: a\n  answers:", 2, "the answer is empty"),
        ("- patterns: a\n  answers:\n  - text: b\n    weight: 0", 4, "a weight must be above 0, not 0"),
        ("- patterns: a\n  answers: {text: b, weight: -1}", 2, "a weight must be above 0, not -1"),
        ("- patterns: a\n  answers: {text: b, weight: .nan}", 2, "weight must be a number, not .nan"),
        ("- patterns: a\n  answers: {text: b, weight: inf}", 2, "a weight must be above 0"),
        ("- patterns: a\n  answers: {text: b, weight: many}", 2, "weight must be a number, not many"),
        ("- patterns: a\n  answers: {weight: 2}", 2, "an answer needs text:"),
        ("- patterns: a\n  answers:\n  - b\n  - 你好 {name}", 4, "nothing fills the placeholder {name}"),
        ("- patterns: a\n  answers: 'x } y'", 2, "the answer has a lone }"),
        ("- patterns: a\n  answers: [[b]]", 2, "the answer must be a text"),
        ("- patterns: a\n  answer: b\n  prioritty: 3", 3, "prioritty: is not known here; did you mean priority:?"),
        ("- patterns: a\n  answer: b\n  xyz: 3", 3, "xyz: is not known here; known are id, pattern"),
        ("- patterns: {wrod: a}\n  answer: b", 1, "wrod: is not known here; did you mean word:?"),
        ("- patterns: {word: a, exact: b}\n  answer: b", 1, "a pattern is a text, or one of contains, exact"),
        ("- patterns: [[a]]\n  answer: b", 1, "the pattern must be a text"),
        ("- patterns: a\n  patterns: b\n  answer: b", 2, "patterns: stands twice"),
        ("- patterns: a\n  answers: b\n  answer: b", 3, "answers and answer mean the same"),
        ("- {id: x, pattern: a, answer: b}\n- {id: x, pattern: c, answer: d}", 2, "the id x is taken by the rule"),
        ("- patterns: a\n  answer: b\n  priority: 1.5", 3, "priority must be a whole number, not 1.5"),
        ("- patterns: a\n  answer: b\n  cooldown: soon", 3, "cooldown must be a number, not soon"),
        ("- patterns: a\n  answer: b\n  cooldown: -1", 3, "cooldown must be 0 or more, not -1"),
        ("- patterns: a\n  answer: b\n  when: never", 3, "when must be always or addressed, not never"),
        ("- patterns: a\n  answer: b\n  when: [always]", 3, "when must be always or addressed, not a list"),
        ("- patterns: a\n  answer: b\n  markdown: maybe", 3, "markdown must be true or false, not maybe"),
        ("- patterns: a\n  answer: b\n  chats: [telegram:*, {a: b}]", 3, "the chat must be a text"),
        ("- patterns:\n  - regex: 'a('\n  answer: b", 2, "the regex a( is refused: missing )"),
        ("- patterns: {regex: '(?=a)'}\n  answer: b", 1, "the regex (?=a) is refused: invalid perl operator"),
        ("- patterns: {regex: '(a)\\1'}\n  answer: b", 1, "is refused: invalid escape sequence: \\1"),
        ("- patterns: {regex: '(\\pL{900}){9}'}\n  answer: b", 1, "is refused: "),
        ("- patterns: {regex: 'a*'}\n  answer: b", 1, "the regex a* matches the empty text"),
        ("- patterns: {regex: '(?P<date>a)'}\n  answer: b", 1, "the group name date is taken"),
        ("- just a text", 1, "a rule needs patterns: and answers:"),
        ("just a text", 1, "expected a list of rules"),
        ("patterns: a\nanswer: b", 1, "patterns: is not known here; known are rules"),
        ("rules: 5", 1, "expected a list of rules"),
        ("- patterns: a\n  answer: b\n   when: x", 3, "this is not valid YAML"),
        ("- patterns: 'a\n\n  answer: b", 1, "this is not valid YAML"),
        ("- patterns: a\n\tanswer: b", 2, "this is not valid YAML"),
        ("- patterns: a\n  answer: \x07", 2, "this is not valid YAML"),
        ("- *nowhere", 1, "this is not valid YAML"),
        ("a: b\n---\nc: d", 2, "this is not valid YAML"),
        ("[[[\n", 2, "this is not valid YAML"),
        ("\n" + "[" * 100_000 + "]" * 100_000, 2, "lists are nested too deeply"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_line_in_one_sentence(path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(RulesError) as caught:
        read(path, text)
    sentence = str(caught.value)
    assert sentence.startswith(f"rules.yaml, line {line}: ")
    assert said in sentence
    assert "\n" not in sentence


def test_a_file_in_another_encoding_is_named_with_its_line(path: Path) -> None:
    path.write_bytes(b"- patterns: a\n  answers: " + "价格".encode("gb18030"))
    with pytest.raises(RulesError, match=r"rules\.yaml, line 2: this is not UTF-8"):
        load(path)


def test_a_missing_file_is_an_os_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(path)


@given(st.binary(max_size=200))
def test_no_file_does_more_than_be_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    try:
        assert isinstance(load(path), tuple)
    except RulesError as error:
        assert str(error).startswith("any.yaml, line ")  # noqa: PT017 — most files are refused, an empty one is not


def test_ten_thousand_rules_are_read_in_a_few_seconds(path: Path) -> None:
    text = "".join(f"- patterns: [关键词{number}, keyword {number}]\n  answers: 回答\n" for number in range(10_000))
    start = time.perf_counter()
    assert len(read(path, text)) == 10_000
    assert time.perf_counter() - start < 20
