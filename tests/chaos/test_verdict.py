"""The judge must be able to find fault."""

from __future__ import annotations

import pytest

from tests.chaos.verdict import BROKEN, DOUBTED, excuses, judge

ASKED = ("0.0", "0.1", "0.2")
SORRY = "The language model's service is in trouble just now. Please try again later."


def whole(name: str) -> str:
    return f"«{name}» words «/{name}»"


@pytest.mark.parametrize(
    "texts",
    [
        [whole("0.0"), whole("0.1"), whole("0.2")],
        [whole("0.0"), "«0.1» first page", "second page «/0.1»", whole("0.2")],
        [whole("0.0"), f"«0.1» wor\n\n({BROKEN[0]})", whole("0.2")],
        [whole("0.0"), DOUBTED, whole("0.2")],
        [whole("0.0"), "«0.1» wor", DOUBTED, whole("0.2")],
        [DOUBTED, DOUBTED, DOUBTED],
        [whole("0.0"), DOUBTED, whole("0.1"), whole("0.2")],
        [whole("0.0"), SORRY, whole("0.2")],
        [SORRY, SORRY, whole("0.2")],
        [whole("0.0"), f"«0.1» wor\n\n{BROKEN[2]}{SORRY})", SORRY],
    ],
)
def test_answers_and_marks_in_their_order_are_no_fault(texts: list[str]) -> None:
    assert judge(ASKED, texts).faultless


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ([whole("0.0"), whole("0.2")], "lost"),
        ([whole("0.0"), whole("0.1")], "lost"),
        ([DOUBTED, whole("0.2")], "lost"),
        ([whole("0.0"), whole("0.1"), whole("0.1"), whole("0.2")], "twice"),
        ([whole("0.0"), whole("0.1"), whole("0.0"), whole("0.2")], "twice"),
        ([f"«0.0» w ({BROKEN[0]})", whole("0.0"), whole("0.1"), whole("0.2")], "twice"),
        ([whole("0.1"), whole("0.0"), whole("0.2")], "disordered"),
        ([whole("0.0"), "«0.1» wor", whole("0.2")], "unmarked"),
        ([whole("0.0"), "«0.1» wor", SORRY, whole("0.2")], "unmarked"),
        ([whole("0.0"), SORRY, whole("0.1"), whole("0.2")], "twice"),
        ([SORRY, whole("0.0"), whole("0.2")], "lost"),
    ],
)
def test_what_must_not_be_is_found(texts: list[str], fault: str) -> None:
    assert getattr(judge(ASKED, texts), fault)


def test_what_stands_for_an_answer_is_known() -> None:
    assert [excuses(text) for text in (whole("0.0"), "«0.1» wor", DOUBTED, SORRY, BROKEN[2])] == [
        False,
        False,
        *[True] * 3,
    ]
