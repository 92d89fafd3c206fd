"""An FAQ of so many questions that nothing is learnt from them refuses as well as a small one."""

from __future__ import annotations

import os
from itertools import product
from pathlib import Path

import pytest

from handlers.faq.engine.faq import Faq
from handlers.faq.engine.questions import LEARNABLE
from handlers.faq.entries.entry import Entry
from handlers.faq.entries.load import load
from handlers.faq.evaluation.evaluation import figures, read_queries, results

DATA = Path(os.environ.get("EVALUATION_DATA") or "absent") / "faqeval"
THINGS = """
    card|invoice|coupon|order|avatar|phone|mailbox|calendar|alarm|recorder|headset|keyboard|mouse|screen|battery|camera
    printer|router|speaker|watch|lamp|lock|heater|fridge|washer|projector|vacuum|kettle|desk|chair|pillow|blanket|mirror
    shelf|curtain|carpet|toaster|grill|tablet|laptop"""
WAYS = {
    "buy": """
        where can i buy a {}|i want to buy a {}|how do i order a new {}|which {} should i get
        can i purchase a {} here|do you sell a {}|i would like to get a {}|is the {} in stock
        what does a {} cost|how much is the {}|price of a {}|do you have a cheap {}""",
    "repair": """
        my {} is broken|the {} does not work|who repairs a {}|how do i fix my {}|can you repair my {}
        my {} stopped working|something is wrong with my {}|the {} has a fault|i need my {} repaired
        what do i do with a broken {}|my {} fell down|the {} makes a noise""",
    "return": """
        can i return the {}|i want to send the {} back|how do i give back a {}
        i changed my mind about the {}|do you take back a {}|i do not want the {} any more|refund for the {}
        money back for my {}|return policy for a {}|what if i do not like the {}|exchange my {}
        swap the {} for another""",
    "setup": """
        how do i set up the {}|how do i start using my {}|first steps with the {}|how to connect the {}
        how do i turn on my {}|manual for the {}|instructions for a {}|i just got my {}, what now
        how is the {} installed|get the {} running|how to pair the {}|configure my {}""",
    "clean": """
        how do i clean the {}|can i wash the {}|my {} is dirty|how often should i clean a {}
        what removes stains from the {}|is the {} waterproof|keep my {} clean|dust on the {}
        how to wipe the {}|best way to clean a {}|care for my {}|maintain the {}""",
    "track": """
        where is my {}|when will the {} arrive|track my {}|has my {} been sent|how long does the {} take
        my {} has not come|delivery of the {}|shipping time for a {}|i am waiting for my {}|status of my {}
        my {} is late|what day will the {} come""",
    "warranty": """
        is there a warranty on the {}|how long is the {} under guarantee|warranty for my {}
        does the guarantee cover the {}|the {} broke within a year|guarantee period of a {}
        extend the warranty of my {}|insurance for the {}|protect my {}|what is covered for a {}
        register my {} for warranty|proof of warranty for the {}""",
    "lose": """
        i lost my {}|my {} was stolen|i can not find my {}|somebody took my {}|report a lost {}
        what do i do if my {} is gone|missing {}|my {} disappeared|replace a lost {}|block my {}
        locate my {}|find my {}""",
}
ASKED = {
    "please tell me where i can buy a {}": "buy",
    "hello, my {} is broken again": "repair",
    "is it possible to return the {}": "return",
    "how should i set up the new {}": "setup",
    "what is the best way to clean my {}": "clean",
    "when does my {} arrive": "track",
    "how long is the warranty on the {}": "warranty",
    "help, i lost my {} yesterday": "lose",
}
FOREIGN = """can i rent a {}|how heavy is the {}|what colour is the {}|who invented the {}|is the {} made in china
    can my child use the {}|how do i paint a {}|does the {} need electricity|can i take the {} on a plane
    how do i recycle the {}|what is inside a {}|can i gift a {} to a friend"""


def lines(block: str) -> tuple[str, ...]:
    return tuple(text.strip() for line in block.strip().split("\n") for text in line.split("|"))


@pytest.fixture(scope="module")
def faq() -> Faq:
    asked = {
        (thing, way): [each.format(thing) for each in lines(WAYS[way])] for thing, way in product(lines(THINGS), WAYS)
    }
    entries = [Entry("-".join(name), first, "x", tuple(more)) for name, (first, *more) in asked.items()]
    assert sum(len(entry.questions) for entry in entries) > LEARNABLE
    return Faq.build(entries)


def test_what_a_large_faq_has_no_entry_for_is_not_answered(faq: Faq) -> None:
    foreign = [text.format(thing) for text in lines(FOREIGN) for thing in lines(THINGS)]
    strangers = [text.format(thing) for way in WAYS.values() for text in lines(way) for thing in ("sofa", "guitar")]
    answered = [text for text in (*foreign, *strangers) if faq.ask(text).decision == "answer"]
    assert len(answered) <= 0.02 * len((*foreign, *strangers))


def test_what_a_large_faq_answers_it_answers_rightly(faq: Faq) -> None:
    asked = {text.format(thing): f"{thing}-{way}" for text, way in ASKED.items() for thing in lines(THINGS)}
    rankings = {text: faq.ask(text) for text in asked}
    answered = {text: found.candidates[0].entry.id for text, found in rankings.items() if found.decision == "answer"}
    wrong = [text for text, name in answered.items() if name != asked[text]]
    assert len(answered) >= 0.4 * len(asked)
    assert len(wrong) <= 0.01 * len(asked)


@pytest.mark.skipif(not DATA.is_dir(), reason="EVALUATION_DATA names no directory with FAQs")
@pytest.mark.parametrize("name", sorted(each.name for each in DATA.glob("*-*")))
def test_real_questions_are_refused_as_well_where_nothing_is_learnt(name: str) -> None:
    faq = Faq.build(load(DATA / name / "faq.jsonl"), learnable=0)
    found = figures(results(faq, read_queries(DATA / name / "queries.dev.jsonl")))
    assert (found.false_answers or 0) <= 0.035
    assert (found.wrong or 0) <= 0.035
