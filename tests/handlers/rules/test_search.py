"""How regexes are found when there are many, or large ones."""

from __future__ import annotations

import re2

from handlers.rules.search import Block, Regexes


def test_regexes_too_large_for_one_set_are_all_found() -> None:
    regexes = Regexes((number, rf"{number}\pL{{100}}x|stop") for number in range(6))
    assert set(regexes.find("stop")) == set(range(6))
    assert set(regexes.find("3" + "字" * 100 + "x")) == {3}


def test_a_set_that_ran_out_of_memory_and_names_nothing_is_not_believed() -> None:
    silent = re2.Set.SearchSet()
    silent.Add("never")
    silent.Compile()
    regexes = ((7, re2.compile("a+")), (9, re2.compile("b+")))
    assert tuple(Block(regexes, silent).worth_trying("aab")) == regexes


def test_a_text_made_to_be_slow_is_searched_in_linear_time() -> None:
    regexes = Regexes(enumerate([r"(a+)+$", r"(a|aa)+$", r"(.*a){12}$", r"([a-z]+)*\d"]))
    assert regexes.find("a" * 20_000 + "!") == {}
