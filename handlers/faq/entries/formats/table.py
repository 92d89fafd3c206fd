"""A FAQ as a table: what the columns are called, in Chinese or English, and how a row is an entry."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from handlers.faq.entries.draft import Draft, FaqError, Wording, one_line, wording
from handlers.faq.entries.entry import Entry, Twin
from handlers.faq.entries.formats.fields import FIELDS, TWINS, suggestion, truth, twin_key
from handlers.language.script.normalise import fold

Row = Sequence[str]
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号"),
    "question": ("question", "问题", "标准问", "标准问题", "问", "q"),
    "alternatives": ("alternatives", "相似问", "相似问题", "相似问法", "其他问法", "similar questions", "variants"),
    "answer": ("answer", "答案", "回答", "答", "回复", "a"),
    "tags": ("tags", "tag", "标签", "分类", "类别", "category", "categories"),
    "markdown": ("markdown",),
}
LANGUAGES: Mapping[str, tuple[str, ...]] = {"en": ("en", "english", "英文"), "zh": ("zh", "chinese", "中文")}
IN_TWIN = ("question", "alternatives", "answer")
SEPARATORS = {"alternatives": re.compile(r"[|｜]"), "tags": re.compile(r"[|｜,，、;；]")}
PLAIN_WIDTH = 2
EXAMPLES = "question, answer, alternatives, tags, or 问题, 答案, 相似问, 标签"


@dataclass(frozen=True, slots=True)
class Header:
    """Which column holds which field (`question`, `en.answer` …), and how many columns there are."""

    columns: Mapping[str, int]
    width: int


def header(row: Row) -> Header | None:
    """Return the columns that a row names; None where it names no question and no answer."""
    known = _known()
    found: dict[str, int] = {}
    for column, cell in enumerate(row):
        field = known.get(_folded(cell))
        if field and field not in found:
            found[field] = column
    return Header(found, len(row)) if {"question", "answer"} <= found.keys() else None


def drafts(rows: Iterable[tuple[str, Row]]) -> Iterator[Draft]:
    """Yield the drafts of placed rows: by the header that is the first of them, else as question and answer.

    Raises:
        FaqError: There is no header and not two columns, or a row is wider than the header.
    """
    head: Header | None = None
    for place, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if head is None:
            head = header(row)
            if head:
                continue
            head = _plain(place, row)
        yield _draft(place, row, head)


def _plain(place: str, row: Row) -> Header:
    """Return question and answer for two columns, where the row does not look like a header with something wrong."""
    known = _known()
    named = [cell.strip() for cell in row if _folded(cell) in known]
    typo = next((cell.strip() for cell in row if _mistyped(cell, known)), None)
    if named and not typo:
        raise FaqError(f"{place}: the first row names {', '.join(named)}, but both question and answer are needed.")
    if typo:
        raise FaqError(f'{place}: the column "{typo}" is not known, {suggestion(typo, FIELDS)}')
    if _width(row) != PLAIN_WIDTH:
        raise FaqError(f"{place}: the first row must name the columns ({EXAMPLES}).")
    return Header({"question": 0, "answer": 1}, PLAIN_WIDTH)


def _mistyped(cell: str, known: Iterable[str]) -> bool:
    name = _folded(cell)
    return name not in known and name.isascii() and bool(difflib.get_close_matches(name, FIELDS, n=1, cutoff=0.8))


def _draft(place: str, row: Row, head: Header) -> Draft:
    if _width(row) > head.width:
        raise FaqError(
            f"{place}: there are {_width(row)} cells and only {head.width} columns; "
            "put a text that contains the separator in double quotes."
        )
    cells = {name: row[column] for name, column in head.columns.items() if column < len(row)}
    flag = truth(cells.get("markdown", ""))
    if flag is None:
        raise FaqError(f'{place}: markdown must be true or false, not "{cells["markdown"]}".')
    language = next((each for each in TWINS if any(_cell(cells, each, name).strip() for name in IN_TWIN)), "")
    tags = tuple(dict.fromkeys(filter(None, map(one_line, _split("tags", cells.get("tags", ""))))))
    other = _wording(cells, language) if language else None
    return Draft(place, _wording(cells, ""), one_line(cells.get("id", "")), tags, flag, other, language)


def _wording(cells: Mapping[str, str], language: str) -> Wording:
    others = _split("alternatives", _cell(cells, language, "alternatives"))
    return wording(_cell(cells, language, "question"), _cell(cells, language, "answer"), others)


def _cell(cells: Mapping[str, str], language: str, name: str) -> str:
    return cells.get(f"{language}.{name}" if language else name, "")


def _split(name: str, cell: str) -> list[str]:
    """Return the parts of a cell: its lines where it has a line break, else what stands between separators."""
    return cell.splitlines() if "\n" in cell or "\r" in cell else SEPARATORS[name].split(cell)


def _join(name: str, parts: Sequence[str]) -> str:
    text = "\n".join(parts)
    return text + "\n" if len(parts) == 1 and SEPARATORS[name].search(text) else text


def rows(entries: Sequence[Entry]) -> Iterator[tuple[str, ...]]:
    """Yield a header of the columns that are needed and a row for each entry."""
    filled = [_cells(each) for each in entries]
    order = (*NAMES, *(f"{language}.{name}" for language in TWINS for name in IN_TWIN))
    needed = [name for name in order if name in ("id", "question", "answer") or any(each.get(name) for each in filled)]
    yield tuple(needed)
    for cells in filled:
        yield tuple(cells.get(name, "") for name in needed)


def _cells(entry: Entry) -> dict[str, str]:
    cells = {"id": entry.id, **_said(entry, ""), "tags": _join("tags", entry.tags)}
    cells["markdown"] = "true" if entry.markdown else ""
    return cells | (_said(entry.twin, f"{twin_key(entry)}.") if entry.twin else {})


def _said(side: Entry | Twin, prefix: str) -> dict[str, str]:
    others = _join("alternatives", side.alternatives)
    return {f"{prefix}question": side.question, f"{prefix}alternatives": others, f"{prefix}answer": side.answer}


def _known() -> dict[str, str]:
    plain = {_folded(name): field for field, names in NAMES.items() for name in names}
    twins = {
        _folded(order): f"{language}.{field}"
        for language, prefixes in LANGUAGES.items()
        for prefix in prefixes
        for field in IN_TWIN
        for name in NAMES[field]
        for order in (f"{prefix}.{name}", f"{name}.{prefix}")
    }
    return plain | twins


def _folded(cell: str) -> str:
    return re.sub(r"[\s_.\-()\[\]*:]+", "", fold(cell))


def _width(row: Row) -> int:
    return max((number for number, cell in enumerate(row, 1) if cell.strip()), default=0)
