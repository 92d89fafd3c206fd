"""An FAQ read with further words: as if it had been built with them, while the shared one stays what it is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.faq.engine.analysis import Cut
from handlers.faq.engine.faq import Faq
from handlers.faq.engine.nearby import nearest
from handlers.faq.engine.overlay import Overlay, Recut
from handlers.faq.engine.questions import Questions
from handlers.faq.engine.recutting import MOST_CHANGES, MOST_QUESTIONS
from handlers.faq.entries.entry import Entry
from handlers.language.segmentation.dictionary import Word
from handlers.language.segmentation.own import Segmenter
from tests.handlers.faq.sample import ENTRIES

PHONES = (
    Entry("oneplus", "一加怎么刷机", "在恢复模式里刷。", ("一加能解锁吗",)),
    Entry("phone", "手机怎么刷机", "看型号。", ("手机能解锁吗",)),
    Entry("add", "一个群能加几个人", "二百个。", ("一次加多少人",)),
)
EVERY = (*ENTRIES, *PHONES)
TEXTS = [question for entry in EVERY for question in entry.questions]
# Any piece of a question may be a word of someone's.
PIECES = st.sampled_from(TEXTS).flatmap(
    lambda text: st.tuples(st.integers(0, len(text) - 1), st.integers(1, 5)).map(lambda at: text[at[0] : at[0] + at[1]])
)
WORDS = st.lists(PIECES.map(str.lower).filter(lambda piece: piece.isalnum()), min_size=1, max_size=6, unique=True)


def knowing(*words: str) -> Cut:
    return Segmenter(Word(word, 20_000) for word in words).cut_for_search


def of(entries: tuple[Entry, ...], *cut: Cut) -> Questions:
    questions = Questions(None, *cut)
    questions.add(entry.questions for entry in entries)
    return questions


def over(shared: Faq, *words: str) -> Faq:
    return shared.over(shared.recut(words, knowing(*words)), knowing(*words))


@pytest.fixture(scope="module")
def faq() -> Faq:
    return Faq.build(EVERY)


SHARED = of(EVERY)


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_every_term_is_had_by_the_questions_that_have_it_in_an_index_built_with_the_words(words: list[str]) -> None:
    cut = knowing(*words)
    read, built = SHARED.over(SHARED.recut(words, cut), cut), of(EVERY, cut)
    for text in TEXTS:
        analysis = read.analyse(text)
        assert analysis == built.analyse(text)
        weighed = read.index.weigh_terms(analysis.terms)
        assert None not in weighed
        assert weighed == built.index.weigh_terms(analysis.terms)


@settings(max_examples=60, deadline=None)
@given(WORDS, st.sampled_from(TEXTS))
def test_a_text_is_as_near_to_every_question_as_if_the_index_had_been_built_with_the_words(
    words: list[str], text: str
) -> None:
    cut = knowing(*words)
    read, built = SHARED.over(SHARED.recut(words, cut), cut), of(EVERY, cut)
    ours, theirs = (nearest(each.index, read.analyse(text).terms, None) for each in (read, built))
    assert (ours.weights, ours.unknown) == (theirs.weights, theirs.unknown)
    # Only the vectors of questions that are cut as before keep the length they had.
    expected = {number: similarity for similarity, number in theirs.neighbours}
    for similarity, number in ours.neighbours:
        assert similarity == pytest.approx(expected.get(number, 0.03), rel=0.15)


@settings(max_examples=30, deadline=None)
@given(WORDS, st.sampled_from(TEXTS))
def test_spans_share_and_have_what_their_questions_have(words: list[str], text: str) -> None:
    cut = knowing(*words)
    read, built = SHARED.over(SHARED.recut(words, cut), cut), of(EVERY, cut)
    ours, theirs = (nearest(each.index, read.analyse(text).terms, None) for each in (read, built))
    for start in range(0, len(TEXTS), 5):
        expected = theirs.shared(start, start + 3)
        assert ours.shared(start, start + 3) == pytest.approx(expected)


def test_without_words_nothing_differs_by_a_bit(faq: Faq) -> None:
    read = over(faq)
    for text in (*TEXTS, "怎么解锁一加", "完全不相干的话"):
        assert read.ask(text) == faq.ask(text)


def test_a_word_of_ones_own_decides_and_the_shared_faq_stays_as_it_was(faq: Faq) -> None:
    before = faq.ask("怎么解锁一加")
    here = over(faq, "一加").ask("怎么解锁一加")
    assert (before.decision, here.decision, here.candidates[0].entry.id) == ("offer", "answer", "oneplus")
    assert faq.ask("怎么解锁一加") == before


def test_a_word_moves_another_entry_to_the_front(faq: Faq) -> None:
    assert faq.ask("一加手机刷机").candidates[0].entry.id == "phone"
    assert over(faq, "一加").ask("一加手机刷机").candidates[0].entry.id == "oneplus"


def test_a_word_of_no_letters_changes_nothing(faq: Faq) -> None:
    assert not faq.recut(("++", "#"), knowing("++", "#")).numbers


def test_what_is_kept_for_thousands_of_questions_is_bounded_and_the_rarest_words_come_first() -> None:
    chance = random.Random(1)
    texts = ["".join(chance.choices("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉", k=9)) for _ in range(4000)]
    many = of(tuple(Entry(str(at), text, "") for at, text in enumerate([*texts, "只此一处有拾页阁三字"])))
    words = ["拾页阁", *{text[:2] for text in texts}]
    recut = many.recut(words, knowing(*words))
    assert len(recut.numbers) <= MOST_QUESTIONS
    assert len(recut.changes) <= MOST_CHANGES
    assert recut.changes.keys.itemsize * len(recut.changes) + 4 * len(recut.changes) + 8 * len(recut.numbers) < 50_000
    assert len(texts) in recut.numbers


def test_an_overlay_over_an_empty_index_finds_nothing() -> None:
    empty = Questions()
    recut = empty.recut(("一加",), knowing("一加"))
    read = empty.over(recut, knowing("一加"))
    assert isinstance(recut, Recut)
    assert isinstance(read.index, Overlay)
    assert read.score(read.analyse("一加")) == []
