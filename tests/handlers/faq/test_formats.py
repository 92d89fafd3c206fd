"""Files as owners have them: spreadsheets in any encoding, documents, corpora; and wrong ones of each kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import openpyxl
import pytest

from handlers.faq.entries.draft import FaqError
from handlers.faq.entries.entry import Entry, Twin
from handlers.faq.entries.formats import registry
from handlers.faq.entries.load import load


def read(directory: Path, name: str, content: str | bytes) -> tuple[Entry, ...]:
    path = directory / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load(path)


def said(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    return [(each.question, each.answer) for each in entries]


SIMPLIFIED = "问题,答案\n怎么备份我的数据？,打开设置页面点备份\n"
TRADITIONAL = "問題,答案\n怎麼備份我的資料？,打開設定頁面點備份\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_what_excel_writes_just_works(tmp_path: Path, encoding: str) -> None:
    assert said(read(tmp_path, "f.csv", SIMPLIFIED.encode(encoding))) == [("怎么备份我的数据？", "打开设置页面点备份")]


@pytest.mark.parametrize("encoding", ["big5", "gb18030"])
def test_traditional_spreadsheets_too(tmp_path: Path, encoding: str) -> None:
    assert said(read(tmp_path, "f.csv", TRADITIONAL.encode(encoding))) == [("怎麼備份我的資料？", "打開設定頁面點備份")]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_separator_is_found(tmp_path: Path, mark: str) -> None:
    text = f'question{mark}answer\nq1?{mark}"a, b; c"\n'
    assert said(read(tmp_path, "f.csv", text)) == [("q1?", "a, b; c")]


def test_two_columns_need_no_header(tmp_path: Path) -> None:
    assert said(read(tmp_path, "f.csv", "q1?,a1\nq2?,a2\n")) == [("q1?", "a1"), ("q2?", "a2")]


def test_columns_may_be_in_any_order_and_others_are_left_alone(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, "f.csv", '备注,答案,标签,编号,相似问,问题\nx,a,"甲,乙",7,"b|c",q？\n')
    assert entry == Entry("7", "q？", "a", ("b", "c"), None, ("甲", "乙"))


def test_a_twin_has_columns_of_its_own(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, "f.csv", "问题,答案,英文问题,answer_en\n问？,答,q?,a\n")
    assert entry.twin == Twin("q?", "a")


def test_a_quoted_cell_may_have_lines(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, "f.csv", 'question,answer,alternatives\nq?,"one\r\ntwo","b\nc|d"\n')
    assert (entry.answer, entry.alternatives) == ("one\ntwo", ("b", "c|d"))


WRONG_TABLES = {
    "question,answer\nq?,a, with a comma\n": "f.csv, line 2: there are 3 cells and only 2 columns; "
    "put a text that contains the separator in double quotes.",
    "question,anwser\nq?,a\n": 'f.csv, line 1: the column "anwser" is not known, did you mean "answer"?',
    "question,note\nq?,a\n": "f.csv, line 1: the first row names question, but both question and answer are needed.",
    "one,two,three\n": "f.csv, line 1: the first row must name the columns "
    "(question, answer, alternatives, tags, or 问题, 答案, 相似问, 标签).",
    'question,answer\nq?,"a\nb\n': "f.csv, line 2: a double quote that opens a cell here is never closed.",
    'question,answer\n\nq?,"a" b\n': "f.csv, line 3: a double quote within a quoted cell must be doubled.",
    "question,answer\nq?,\n": 'f.csv, line 2: the answer to "q?" is missing.',
    "question,answer,markdown\nq?,a,perhaps\n": 'f.csv, line 2: markdown must be true or false, not "perhaps".',
}


@pytest.mark.parametrize(("text", "sentence"), WRONG_TABLES.items())
def test_a_wrong_table_is_refused_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(FaqError) as refused:
        read(tmp_path, "f.csv", text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\x81\xff\xff,\xff"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FaqError, match="not a text file"):
        read(tmp_path, "f.csv", content)


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"S{number}")
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(path)
    return path


def test_numbers_and_dates_are_read_as_people_see_them(tmp_path: Path) -> None:
    when = dt.datetime(2026, 1, 31)  # noqa: DTZ001 — Excel knows no zones
    values: list[object] = [8080, 1.0, 0.5, True, when, when.replace(hour=9, minute=30), dt.time(8, 5)]
    path = workbook(tmp_path / "f.xlsx", [["question", "answer"], *([f"q{n}?", each] for n, each in enumerate(values))])
    answers = [each.answer for each in load(path)]
    assert answers == ["8080", "1", "0.5", "TRUE", "2026-01-31", "2026-01-31 09:30", "08:05"]


def test_formatted_numbers_too(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", [["question", "answer"], ["q1?", 0.125], ["q2?", 1234.5]])
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["B2"].number_format = "0.0%"
    book.worksheets[0]["B3"].number_format = "#,##0.00"
    book.save(path)
    assert [each.answer for each in load(path)] == ["12.5%", "1,234.50"]


def test_every_sheet_with_the_columns_is_read(tmp_path: Path) -> None:
    head: list[object] = ["问题", "答案"]
    path = workbook(tmp_path / "f.xlsx", [head, ["a？", "1"]], [["notes"]], [head, ["b？", "2"]])
    assert said(load(path)) == [("a？", "1"), ("b？", "2")]


def test_a_row_without_answer_is_named_by_sheet_and_row(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", [["question", "answer"], ["a?", "1"], ["b?", None]])
    with pytest.raises(FaqError, match=r'^f\.xlsx, sheet S0, row 3: the answer to "b\?" is missing\.$'):
        load(path)


@pytest.mark.parametrize("content", [b"", b"question,answer", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FaqError, match=r"^f\.xlsx: this is not an Excel workbook"):
        read(tmp_path, "f.xlsx", content)


def test_a_text_too_long_for_a_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaqError, match="32767"):
        registry.write(tmp_path / "f.xlsx", [Entry("x", "q?", "a" * 32768)])


def test_a_formula_is_written_as_text(tmp_path: Path) -> None:
    registry.write(tmp_path / "f.xlsx", [Entry("x", "q?", "=1+1")])
    assert openpyxl.load_workbook(tmp_path / "f.xlsx").worksheets[0]["C2"].data_type == "s"


WRONG_LINES = {
    '{"question": "q?", "answer": "a"': "f.jsonl, line 2: this is not JSON (Expecting ',' delimiter at column 33).",
    '{"id": ' + "1" * 5000 + "}": "f.jsonl, line 2: this is not JSON (a number is too long).",
    "[" * 100_000: "f.jsonl, line 2: this is not JSON (nested too deeply).",
    "[1]": 'f.jsonl, line 2: a line must be an object like {"question": …, "answer": …}.',
    '{"question": "q?", "anwser": "a"}': 'f.jsonl, line 2: "anwser" is not a field, did you mean "answer"?',
    '{"question": ["q?"], "answer": "a"}': 'f.jsonl, line 2: question must be a text, not ["q?"].',
    '{"question": "q?", "answer": "a", "en": "b"}': "f.jsonl, line 2: en must be an object with question and answer.",
    '{"question": "q?", "answer": "a", "markdown": 1}': "f.jsonl, line 2: markdown must be true or false, not 1.",
    '{"question": "q?"}': 'f.jsonl, line 2: the answer to "q?" is missing.',
}


@pytest.mark.parametrize(("line", "sentence"), WRONG_LINES.items())
def test_a_wrong_line_of_json_is_refused(tmp_path: Path, line: str, sentence: str) -> None:
    with pytest.raises(FaqError) as refused:
        read(tmp_path, "f.jsonl", f'{{"question": "ok?", "answer": "ok"}}\n{line}\n')
    assert str(refused.value) == sentence


def test_json_may_have_fields_that_are_not_ours_and_lone_surrogates(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, "f.jsonl", '{"id": 7, "question": "q\\ud800?", "answer": "a", "source": "x"}\n')
    assert entry == Entry("7", "q?", "a")


DOCUMENT = """\
# 帮助

Some introduction.

## 数据

### 怎么 *备份*？

打开**设置**。

```sh
# not a heading
```

### 怎么恢复？ {#restore}

看这里。

相似问：

- 还原
- 如何恢复

其他
====

### Price?

Free.
"""


def test_headings_are_questions_and_those_above_are_tags(tmp_path: Path) -> None:
    first, second, third = read(tmp_path, "f.md", DOCUMENT)
    assert (first.question, first.answer) == ("怎么 备份？", "打开**设置**。\n\n```sh\n# not a heading\n```")
    assert second == Entry(
        "restore", "怎么恢复？", "看这里。", ("还原", "如何恢复"), None, ("帮助", "数据"), markdown=True
    )
    assert (third.tags, third.markdown) == (("其他",), True)


def test_a_question_without_answer_in_markdown_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaqError, match=r'^f\.md, line 3: the answer to "b\?" is missing\.$'):
        read(tmp_path, "f.md", "# a?\ntext\n# b?\n")


def test_a_document_without_headings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaqError, match=r"^f\.md, line 1: there is no heading"):
        read(tmp_path, "f.md", "just text\n")


def test_markdown_must_be_utf8(tmp_path: Path) -> None:
    with pytest.raises(FaqError, match="GB18030"):
        read(tmp_path, "f.md", "# 怎么备份我的数据\n打开设置页面\n".encode("gb18030"))


def test_an_answer_that_would_break_the_document_is_fenced(tmp_path: Path) -> None:
    held = (Entry("a", "a?", "# heading\n```\nopen", markdown=True), Entry("b", "b?", "b", markdown=True))
    registry.write(tmp_path / "f.md", held)
    assert load(tmp_path / "f.md") == held


CORPUS = "categories:\n- 闲聊\nconversations:\n- - 你好\n  - 嗨\n  - 最近如何？\n- - 再见\n  - 8\n"


def test_in_a_corpus_each_line_answers_the_one_before(tmp_path: Path) -> None:
    entries = read(tmp_path, "f.yml", CORPUS)
    assert said(entries) == [("你好", "嗨"), ("嗨", "最近如何？"), ("再见", "8")]
    assert entries[0].tags == ("闲聊",)


def test_a_wrong_corpus_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(
        FaqError, match=r'^f\.yml, line 2: a conversation must be a list, but this is the text "你好"\.$'
    ):
        read(tmp_path, "f.yml", "conversations:\n- 你好\n")


def test_a_directory_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    for name, question in (
        ("b.csv", "b?"),
        ("a.md", "a?"),
        ("c/d.jsonl", "d?"),
        (".hidden.csv", "h?"),
        ("x.txt", "x?"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        text = {".md": f"# {question}\nanswer", ".jsonl": f'{{"question": "{question}", "answer": "a"}}'}
        (tmp_path / name).write_text(text.get(Path(name).suffix, f"question,answer\n{question},a\n"), encoding="utf-8")
    assert [each.question for each in load(tmp_path)] == ["a?", "b?", "d?"]


def test_a_directory_without_a_faq_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaqError, match="holds no FAQ file"):
        load(tmp_path)


def test_an_export_never_goes_into_a_directory_with_files(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").touch()
    with pytest.raises(FaqError, match="not empty"):
        registry.write(tmp_path, [Entry("x", "q?", "a")])
