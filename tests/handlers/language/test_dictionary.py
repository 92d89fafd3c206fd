"""The owner's words: read, refused with their line, and proposed."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.language.segmentation.dictionary import DictionaryError, Word, load, proposals, segmenter

EXAMPLE = Path(__file__).parents[3] / "deploy" / "content" / "dictionary.txt"


def read(directory: Path, content: str | bytes) -> tuple[Word, ...]:
    path = directory / "dictionary.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load(path)


def test_words_are_read_with_frequency_and_tag(tmp_path: Path) -> None:
    assert read(tmp_path, "# ours\n拾页 20000 nz\r\n\n反代 2000\n") == (Word("拾页", 20000, "nz"), Word("反代", 2000))


REFUSED = {
    "拾页": 'dictionary.txt, line 2: after "拾页" its frequency must stand, a whole number like 2000.',
    "拾页 nz": 'dictionary.txt, line 2: after "拾页" its frequency must stand, a whole number like 2000, not "nz".',
    "拾页 0 n": 'dictionary.txt, line 2: the frequency of "拾页" must be above 0 and below 2147483648.',
    "拾页 5 名词": 'dictionary.txt, line 2: the tag of "拾页" must be like n, nz or v, not "名词".',
    "a b 5 n": "dictionary.txt, line 2: "
    "a line is a word without spaces, its frequency and its tag, like 拾页 20000 nz.",
    "笔记 3": 'dictionary.txt, line 2: "笔记" is there already, on line 1.',
}


@pytest.mark.parametrize(("line", "sentence"), REFUSED.items())
def test_a_wrong_line_is_refused(tmp_path: Path, line: str, sentence: str) -> None:
    with pytest.raises(DictionaryError) as refused:
        read(tmp_path, f"笔记 3000 n\n{line}\n")
    assert str(refused.value) == sentence


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match=r"^dictionary\.txt, line 1: the file is not UTF-8"):
        read(tmp_path, "拾页笔记本 5 n\n".encode("gb18030"))


def test_the_examples_words_stay_whole_in_a_sentence() -> None:
    words = load(EXAMPLE)
    segmentation = segmenter(words)
    assert all(each.text in segmentation.cut(f"请问{each.text}怎么用") for each in words)


TEXTS = [
    *("怎么开通微粒贷", "我想用微粒贷", "微粒贷是什么", "请关闭微粒贷", "微粒贷要还多少"),
    *("B站怎么用", "上B站", "有B站吗", "去B站看"),
]


def test_words_that_are_cut_through_are_proposed_so_that_they_stay_whole(tmp_path: Path) -> None:
    lines = proposals(TEXTS)
    assert [line.split()[0] for line in lines] == ["微粒贷", "B站"]
    known = read(tmp_path, "\n".join(lines))
    assert segmenter(known).cut("去B站看微粒贷的条件") == ["去", "B站", "看", "微粒贷", "的", "条件"]


def test_known_words_are_not_proposed_again() -> None:
    assert proposals(TEXTS, [Word("微粒贷", 2000), Word("B站", 2000)]) == ()


def test_ordinary_text_gives_no_proposals() -> None:
    assert proposals(["怎么备份数据", "如何恢复数据", "数据在哪里", "数据丢了怎么办"]) == ()
