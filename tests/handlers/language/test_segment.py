"""Segmentation equals jieba's, in every mode."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.language.segmentation.full import cut_all
from handlers.language.segmentation.lexicon import standard
from handlers.language.segmentation.segment import boundaries, cut, cut_for_search
from tests.handlers.language.real import lines, plain

ODD = st.sampled_from(
    [*"aB1 2中国人的一是研究生命.-_+#&%，\n\r\u3000㐀𠀀龥鿕鿖éγ\ud800", "T恤", "C++", "乒乓", "apt-get", "50%"]
)
TEXTS = st.lists(ODD, max_size=14).map("".join)


@pytest.fixture
def jieba() -> Any:
    return plain()


@pytest.mark.parametrize("hmm", [True, False])
def test_accurate_mode_equals_jieba_on_every_real_line(jieba: Any, hmm: bool) -> None:  # noqa: FBT001 — a parameter of the test
    assert [line for line in lines() if cut(line, hmm=hmm) != jieba.lcut(line, HMM=hmm)] == []


@pytest.mark.parametrize("hmm", [True, False])
def test_search_mode_equals_jieba_on_every_real_line(jieba: Any, hmm: bool) -> None:  # noqa: FBT001 — as above
    assert [line for line in lines() if cut_for_search(line, hmm=hmm) != jieba.lcut_for_search(line, HMM=hmm)] == []


def test_full_mode_equals_jieba_on_every_real_line(jieba: Any) -> None:
    lexicon = standard()
    full = ((line, list(filter(None, jieba.cut(line, cut_all=True)))) for line in lines())
    assert [line for line, words in full if cut_all(line, lexicon) != words] == []


@given(TEXTS, st.booleans())
def test_odd_texts_are_cut_as_jieba_cuts_them(text: str, hmm: bool) -> None:  # noqa: FBT001 — drawn by hypothesis
    jieba = plain()
    assert cut(text, hmm=hmm) == jieba.lcut(text, HMM=hmm)
    assert cut_for_search(text, hmm=hmm) == jieba.lcut_for_search(text, HMM=hmm)
    assert cut_all(text, standard()) == list(filter(None, jieba.cut(text, cut_all=True)))


@given(st.text())
def test_the_words_joined_are_the_text(text: str) -> None:
    assert "".join(cut(text)) == text
    assert {0, len(text)} <= boundaries(text) <= set(range(len(text) + 1))


def test_between_letters_jiebas_answer_is_given_where_the_fast_engine_differs() -> None:
    assert cut("看help.ubuntu.com的apt-get") == ["看", "help", ".", "ubuntu", ".", "com", "的", "apt", "-", "get"]


def test_a_hostile_message_is_cut_at_once() -> None:
    start = time.process_time()
    cut("的一是" * 4096)
    assert time.process_time() - start < 0.5


def test_segmenting_needs_no_jieba_in_memory() -> None:
    code = (
        "import sys; from handlers.language.segmentation.segment import cut; "
        "cut('我a.b-c'); print('jieba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
