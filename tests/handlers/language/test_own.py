"""Words of one's own: as jieba would cut with them, without a dictionary of one's own."""

from __future__ import annotations

import random
import re
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator

import pytest

from handlers.language.segmentation import segment
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.lexicon import standard
from handlers.language.segmentation.own import Segmenter
from handlers.language.tagging.tag import tag
from tests.handlers.language.real import plain, reference, simplified

HAN = re.compile(r"[\u4e00-\u9fff]+")


def chats_words(seed: int, count: int) -> list[Word]:
    """Return words that real lines have often and the dictionary has not, with frequencies as people give them."""
    chance = random.Random(seed)
    grams = Counter(gram for line in simplified() for run in HAN.findall(line) for gram in _grams(run))
    common = sorted(gram for gram, times in grams.items() if times >= 5 and not standard().is_word(gram))
    return [Word(gram, chance.choice((50, 500, 2000, 20_000)), "nz") for gram in chance.sample(common, count)]


def _grams(run: str) -> Iterator[str]:
    return (run[at : at + size] for size in (2, 3, 4) for at in range(len(run) - size + 1))


@pytest.mark.parametrize("hmm", [True, False])
def test_lines_are_cut_as_jieba_cuts_them_with_the_words_added(hmm: bool) -> None:  # noqa: FBT001 — a parameter of the test
    words = [*chats_words(1, 100), Word("的确", 1), Word("apt-get", 5000), Word("egret", 5000)]
    own, jieba = Segmenter(words), reference(words)
    cuts = [(line, own.cut(line, hmm=hmm), jieba.lcut(line, HMM=hmm)) for line in simplified()]
    differing = [(ours, theirs) for _, ours, theirs in cuts if ours != theirs]
    share, known = 1 - len(differing) / len(cuts), sum(own.knows_in(line) for line in simplified())
    _show(f"{share:.4%} of {len(cuts):,} lines equal jieba's; {known:,} have words of the chat. Differences:")
    for ours, theirs in differing:
        _show("  ours", [each for each in ours if each not in theirs], "jieba's", [w for w in theirs if w not in ours])
    assert share >= 0.995
    assert known > 500
    assert all("".join(ours) == line for line, ours, _ in cuts)


def test_tags_and_search_mode_know_them_too() -> None:
    own = Segmenter([Word("拾页", 2000, "nz"), Word("egret引擎", 2000, "n")])
    assert ("拾页", "nz") in tag("我在拾页写的确实好", segmenter=own)
    assert own.cut_for_search("用egret引擎写") == reference(own.words).lcut_for_search("用egret引擎写")


def test_traditional_text_is_cut_as_its_simplified_characters_are_and_keeps_its_own() -> None:
    own = Segmenter([Word("拾頁", 2000, "nz")])
    assert own.cut("我在拾頁寫頭髮") == ["我", "在", "拾頁", "寫", "頭髮"]
    assert own.cut_for_search("長江大橋") == ["長江", "大橋", "長江大橋"]
    assert Segmenter().cut("重慶的銀行長大了\ud83d") == ["重慶", "的", "銀行", "長大", "了", "\ud83d"]


def test_a_word_of_the_dictionary_can_be_made_to_fall_apart() -> None:
    rare = [Word("乒乓球", 1)]
    assert Segmenter(rare).cut("打乒乓球", hmm=False) == reference(rare).lcut("打乒乓球", HMM=False)


def test_nothing_of_one_chat_is_seen_by_another() -> None:
    before = segment.cut("在拾页买的"), standard().is_word("拾页")
    assert "拾页" in Segmenter([Word("拾页", 2000)]).cut("在拾页买的")
    assert (segment.cut("在拾页买的"), standard().is_word("拾页")) == before


def test_the_frequency_needed_is_that_of_jieba() -> None:
    own = Segmenter()
    for word in ("拾页", "中出", "今天天气", "台中", "c++", "好"):
        assert own.needed(word) == plain().suggest_freq(word)


def test_a_thousand_chats_with_their_own_words_take_little_memory() -> None:
    standard()
    tracemalloc.start()
    chats = [Segmenter(Word(f"词{chat}号{number}", 2000) for number in range(100)) for chat in range(1000)]
    for chat in chats:
        assert chat.lexicon.is_word(chat.words[0].text)
    bytes_used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    words = sum(sys.getsizeof(word.text) + sys.getsizeof(word) for chat in chats for word in chat.words)
    beyond = (bytes_used - words) / len(chats)
    _show(f"{bytes_used / 2**20:.1f} MiB for 1,000 chats of 100 words, {beyond / 1000:.1f} kB each beyond their words")
    assert bytes_used < 150 * 2**20
    assert beyond < 50_000


def _show(*parts: object) -> None:
    print(*parts)  # noqa: T201 — figures for those who ask by pytest -s
