"""A FAQ in YAML: what may stand in it, and what is said about a file that is wrong."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from handlers.faq.entries.draft import FaqError
from handlers.faq.entries.entry import Entry, Twin
from handlers.faq.entries.load import load

EXAMPLE = Path(__file__).parents[3] / "deploy" / "content" / "faq.yaml"


def read(directory: Path, text: str | bytes) -> tuple[Entry, ...]:
    path = directory / "faq.yaml"
    path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
    return load(path)


def refusal(directory: Path, text: str | bytes) -> str:
    with pytest.raises(FaqError) as refused:
        read(directory, text)
    return str(refused.value)


def test_an_entry_has_all_its_fields(tmp_path: Path) -> None:
    (entry,) = read(
        tmp_path,
        """
        - id: backup
          question: 怎么备份？
          alternatives: [如何备份, 备份]
          answer: |
            第一行
            第二行
          tags: [数据]
          markdown: true
          en: {question: How do I back up?, alternatives: [backup how], answer: Like this.}
        """,
    )
    twin = Twin("How do I back up?", "Like this.", ("backup how",))
    assert entry == Entry(
        "backup", "怎么备份？", "第一行\n第二行", ("如何备份", "备份"), twin, ("数据",), markdown=True
    )


def test_alternatives_and_tags_may_stand_one_a_line(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, "- question: q?\n  alternatives: |\n    one\n    two\n  answer: a\n  tags: x\n")
    assert (entry.alternatives, entry.tags) == (("one", "two"), ("x",))


def test_the_list_may_stand_under_entries(tmp_path: Path) -> None:
    assert read(tmp_path, "entries:\n- {question: q?, answer: a}")[0].question == "q?"


@pytest.mark.parametrize("written", ["8080", "yes", "2024-01-31", "1.10", "0x1F", "~home"])
def test_an_answer_is_taken_as_it_is_written(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, f"- question: q?\n  answer: {written}\n")[0].answer == written


def test_an_empty_file_has_no_entries(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n") == ()


def test_without_an_id_it_comes_from_the_question_and_stays(tmp_path: Path) -> None:
    text = """
        - {question: How do I back up?, answer: a}
        - {question: 怎么备份？, answer: b}
        - {question: 怎麼備份?, answer: c}
        """
    first, second, third = (each.id for each in read(tmp_path, text))
    assert first == "how-do-i-back-up"
    assert third == f"{second}-2"
    assert read(tmp_path, "- {question: 怎么备份？, answer: other}")[0].id == second


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    assert len(read(tmp_path, "\ufeff- {question: q?, answer: a}".encode())) == 1


REFUSED = {
    "- question: q?\n  anwser: a\n": 'faq.yaml, line 2: "anwser" is not a key here, did you mean "answer"?',
    "- question: q?\n": 'faq.yaml, line 1: the answer to "q?" is missing.',
    "- answer: a\n": "faq.yaml, line 1: the question is missing.",
    "- question: ~\n  answer: a\n": "faq.yaml, line 1: the question is missing.",
    "- {id: x, question: a?, answer: a}\n\n- {id: x, question: b?, answer: b}\n": (
        'faq.yaml, line 3: the id "x" is taken already (faq.yaml, line 1).'
    ),
    "- question: q?\n  answer: a\n  answer: b\n": 'faq.yaml, line 3: "answer" is given twice, first on line 2.',
    "- question: [q?]\n  answer: a\n": "faq.yaml, line 1: question must be a text, but this is a list.",
    "- question: q?\n  answer: a\n  tags: {x: y}\n": (
        'faq.yaml, line 3: tags must be a list, but this is a mapping ("x:"); '
        "a text with a colon in it needs quotes around it."
    ),
    "- question: q?\n  answer: a\n  markdown: perhaps\n": (
        'faq.yaml, line 3: markdown must be true or false, not "perhaps".'
    ),
    "- just text\n": (
        'faq.yaml, line 1: an entry must have keys like question and answer, but this is the text "just text".'
    ),
    "just text\n": 'faq.yaml, line 1: a FAQ file must be a list, but this is the text "just text".',
    "rules: []\n": 'faq.yaml, line 1: "rules" is not a key here, there is entries.',
    '- question: "\\u200b"\n  answer: a\n': (
        'faq.yaml, line 1: the question "\u200b" has nothing in it that could be compared.'
    ),
    "- question: q?\n  answer: a\n  en: {question: q?}\n": (
        'faq.yaml, line 1: the answer to "q?" is missing under en.'
    ),
    "- question: q?\n\tanswer: a\n": "faq.yaml, line 2: the line is indented with a tab; YAML wants spaces.",
    "- question: q?\n  answer: see: this\n": (
        "faq.yaml, line 2: a colon here is taken for a key; "
        "put quotes around the text, or indent the line like its neighbours."
    ),
    "- question: q?\n  answer: \x07\n": "faq.yaml, line 2: there is a control character (U+0007) here.",
}  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), REFUSED.items())
def test_a_wrong_file_is_refused_in_one_sentence_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    assert refusal(tmp_path, text.encode()) == sentence


def test_two_twins_are_refused(tmp_path: Path) -> None:
    twins = "- {question: q?, answer: a, en: {question: b?, answer: b}, zh: {question: 问, answer: 答}}"
    assert "one twin" in refusal(tmp_path, twins)


def test_broken_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"- question: q?\n  answer: [a\n").startswith("faq.yaml, line 3: this is not YAML: ")


@pytest.mark.parametrize(("encoding", "name"), [("gb18030", "GB18030"), ("big5", "Big5"), ("utf-16", "UTF-16")])
def test_another_encoding_is_named(tmp_path: Path, encoding: str, name: str) -> None:
    written = "- question: 什麼是備份？這個資料夾的檔案該怎麼處理？\n  answer: 請到設定頁面\n"
    said = written if encoding == "big5" else "- question: 什么是备份？这个文件夹该怎么处理？\n  answer: 请到设置页面\n"
    assert f"looks like {name}" in refusal(tmp_path, said.encode(encoding))


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(FaqError, match=r"^faq\.docx: a FAQ file ends in \.yaml, "):
        load(tmp_path / "faq.docx")


def test_deep_nesting_is_refused_and_does_not_end_the_process(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[" * 3000 + "]" * 3000)


def test_the_example_is_bilingual_and_whole() -> None:
    entries = load(EXAMPLE)
    assert len(entries) >= 40
    assert all(each.twin for each in entries)
    assert all(len(each.alternatives) >= 2 for each in entries)


def test_brackets_without_end_are_refused_instead_of_ending_the_process(tmp_path: Path) -> None:
    assert (
        refusal(tmp_path, "\n" + "[" * 100_000 + "]" * 100_000) == "faq.yaml, line 2: lists are nested too deeply here."
    )
