"""The tables of jieba and pypinyin, as they are kept here, are those of their files."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import jieba.analyse
import pypinyin
import pytest
from jieba.posseg import char_state_tab, prob_emit, prob_start, prob_trans
from jieba.posseg.viterbi import viterbi
from pypinyin import core
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from handlers.language.gradual import Gradual
from handlers.language.script.readings import readings, toned
from handlers.language.segmentation.lexicon import LONGEST, data, jieba_words, standard
from handlers.language.statistics.keywords import standard_idf
from handlers.language.tagging.hidden_markov import model
from handlers.language.tagging.posseg import IMPOSSIBLE, NEVER, Tables, read
from handlers.language.tagging.unseen import Unseen
from handlers.language.tagging.viterbi import Viterbi
from tests.handlers.language.real import dictionary


@pytest.fixture(scope="module")
def tables() -> Tables:
    return next(each for each in read() if each)


def test_every_word_and_beginning_of_the_dictionary_is_found() -> None:
    frequencies, total = dictionary()
    words = jieba_words()
    assert [word for word, frequency in list(frequencies.items())[::3] if words.get(word) != frequency] == []
    assert (standard().total, standard().longest) == (total, max(map(len, frequencies))) == (total, LONGEST)


def test_what_is_no_word_is_not_found() -> None:
    frequencies, _ = dictionary()
    chance, words = random.Random(7), list(frequencies)
    joined = {chance.choice(words) + chance.choice(words) for _ in range(5000)} | {"", "\ud800", "\n一", "一 ", "zz"}
    assert [each for each in joined if (jieba_words().get(each) is None) == (each in frequencies)] == []


def test_words_have_the_tags_of_the_dictionary() -> None:
    lines = [line.split() for line in data("dict.txt").read_text("utf-8").splitlines()[::20]]
    assert [word for word, _, its_tag in lines if jieba_words().tag(word) != its_tag] == []
    assert jieba_words().tag("从未有过的词") is None


def test_every_word_has_the_rarity_that_jieba_gives_it() -> None:
    theirs = jieba.analyse.TFIDF().idf_loader
    assert [word for word, value in list(theirs.idf_freq.items())[::-3] if standard_idf().of(word) != value] == []
    assert standard_idf().of("从未有过的词") == theirs.median_idf


def test_the_models_tables_are_jiebas(tables: Tables) -> None:
    number = {state: place for place, state in enumerate(tables.states)}
    assert {state: tables.start[number[state]] for state in tables.states} == prob_start.P
    for state, after in prob_trans.P.items():
        assert [tables.into[number[each]][number[state]] for each in tables.states] == [
            after.get(each, IMPOSSIBLE) for each in tables.states
        ]
    for code in range(0x4E00, 0x9FD6):
        character = chr(code)
        may = [tables.states[state] for state, _ in tables.letters.of(character)]
        assert may == sorted(char_state_tab.P.get(character, ()))
        for state, emitted in tables.letters.all_of(character).items():
            assert prob_emit.P[tables.states[state]].get(character, NEVER) == emitted


def test_paths_are_jiebas_whatever_the_characters_are(tables: Tables) -> None:
    quick, full, chance = Viterbi(tables), Unseen(tables), random.Random(11)
    often = [character for character, states in char_state_tab.P.items() if len(states) > 20]
    for _ in range(400):
        run = "".join(
            chance.choice(often) if chance.random() < 0.8 else chr(chance.randint(0x4E00, 0x9FD5))
            for _ in range(chance.randint(1, 7))
        )
        theirs = viterbi(run, char_state_tab.P, prob_start.P, prob_trans.P, prob_emit.P)[1]
        assert [tables.states[each] for each in quick.path(run)] == theirs
        assert [tables.states[each] for each in full.path(run)] == theirs


def test_phrases_and_characters_are_read_as_pypinyin_reads_them() -> None:
    chance, characters = random.Random(3), "".join(PHRASES_DICT)
    texts = [*list(PHRASES_DICT)[::9], *map(chr, list(PINYIN_DICT)[::9])]
    texts += [characters[at : at + 6] for at in (chance.randrange(len(characters)) for _ in range(3000))]
    theirs = ((text, tuple(first for first, *_ in pypinyin.pinyin(text))) for text in texts if not text > "\ue800")
    assert [text for text, syllables in theirs if readings().of(text) != syllables] == []


def test_tones_are_written_as_pypinyin_writes_them() -> None:
    syllables = {each for value in PINYIN_DICT.values() for each in value.split(",")}
    assert [each for each in syllables if toned(each, "numbers") != core.to_fixed(each, pypinyin.Style.TONE3)] == []
    assert [each for each in syllables if toned(each, "none") != core.to_fixed(each, pypinyin.Style.NORMAL)] == []


def test_what_is_half_loaded_is_loaded_to_its_end_when_needed() -> None:
    made: list[int] = []

    def steps() -> Iterator[list[int] | None]:
        for each in range(100):
            made.append(each)
            yield None
        yield made

    gradual = Gradual(steps)
    assert (gradual.step(), gradual.step(), made) == (None, None, [0, 1])
    together = [threading.Thread(target=gradual) for _ in range(4)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert gradual() == gradual.step() == list(range(100))


def test_what_failed_to_load_is_tried_again() -> None:
    tries: list[int] = []

    def steps() -> Iterator[str | None]:
        tries.append(1)
        yield None
        if len(tries) == 1:
            raise OSError("not now")
        yield "there"

    gradual = Gradual(steps)
    with pytest.raises(OSError, match="not now"):
        gradual()
    assert gradual() == "there"


def test_the_model_is_made_once() -> None:
    assert model() is model()
