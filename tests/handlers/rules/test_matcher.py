"""Which rule answers a text."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.language.script.normalise import fold
from handlers.rules.matcher import Rules
from handlers.rules.rule import KINDS, Answer, Kind, Pattern, Rule, RuleError
from handlers.rules.search import FEW_REGEXES, SET_SIZE
from tests.handlers.rules import naive

OK = (Answer("ok"),)


def rule(id_: str, *patterns: str | Pattern, **more: Any) -> Rule:
    return Rule(id_, tuple(Pattern(each) if isinstance(each, str) else each for each in patterns), OK, **more)


def answering(text: str, *rules: Rule, addressed: bool = True, chat: str = "") -> str | None:
    match = Rules(rules).match(text, addressed=addressed, chat=chat)
    return match.rule.id if match else None


@pytest.mark.parametrize(
    ("kind", "pattern", "fires", "silent"),
    [
        ("contains", "api", ["therapist", "ＡＰＩ？"], ["ap i"]),
        (
            "exact",
            "你好",
            ["你好", "  你\u200b好 ", "你好！", "你好～😊", "“你好”", "👋 你好。。。"],
            ["你好吗", "那你好", "你好1"],
        ),
        ("exact", "在吗？", ["在吗", "在吗?", "在嗎？！", "在吗🤔"], ["在吗在吗", "有人在吗"]),
        ("exact", "c++", ["C++", "c++?"], ["c", "c+"]),
        ("exact", "c", ["C.", "(c)"], ["C++", "c#", "-c"]),
        ("exact", "？", ["?", "？"], ["价格？", "1?"]),
        ("exact", "👍🏽", ["👍🏽"], ["👍🏽 好", "好"]),
        ("prefix", "请问", ["请问一下", "請問"], ["我请问"]),
        ("suffix", "谢谢", ["好的，谢谢", "多謝謝"], ["谢谢你"]),
        ("word", "api", ["the API!", "用api吗", "api"], ["therapist", "apis", "api_key", "rapi"]),
        ("word", "价格", ["价格是多少", "请问价格", "價格"], ["物价格外高"]),
        ("word", "c++", ["学 C++ 难吗", "c++"], ["abc++"]),
        ("regex", r"^#(\d+)$", ["#12", "＃１２"], ["#12a", "a #12"]),
        ("regex", "b　+c", ["a　b　C"], ["bc"]),
        ("regex", "價格（.+）", ["价格(a)", "價格（甲）"], ["价格a"]),
        ("regex", r"\bAPI\b", ["the api", "Ａpi"], ["therapist"]),
    ],
)
def test_each_kind_fires_where_it_should_and_only_there(
    kind: Kind, pattern: str, fires: list[str], silent: list[str]
) -> None:
    rules = Rules([rule("r", Pattern(pattern, kind))])
    assert [rules.match(text) is not None for text in fires + silent] == [True] * len(fires) + [False] * len(silent)


def test_a_shorter_word_is_found_where_a_longer_one_does_not_fit() -> None:
    assert answering("cat catalogs", rule("long", Pattern("catalog", "word")), rule("short", "cat")) == "short"


def test_priority_wins_then_the_longest_match_then_the_order_in_the_file() -> None:
    first, second, long = rule("first", "价格"), rule("second", "价格"), rule("long", "价格表")
    assert answering("价格表", first, second) == "first"
    assert answering("价格表", first, second, long) == "long"
    assert answering("价格表", first, long, rule("prior", "表", priority=1)) == "prior"


def test_a_rule_of_several_demands_is_as_long_as_all_that_it_found() -> None:
    both = rule("both", all=(Pattern("导入"), Pattern("附件")))
    assert answering("导入时的附件问题", rule("one", "附件问题"), both) == "one"
    assert answering("导入时的附件", rule("one", "附件"), both) == "both"


def test_all_must_occur_and_none_may() -> None:
    picky = rule("picky", "下载", all=(Pattern("拾页"),), none=(Pattern("附件"),))
    assert answering("拾页在哪下载", picky) == "picky"
    assert answering("在哪下载", picky) is None
    assert answering("拾页的附件下载", picky) is None


def test_a_rule_for_the_addressed_is_silent_towards_the_rest() -> None:
    quiet = rule("quiet", "你好", when="addressed")
    assert answering("你好", quiet, addressed=False) is None
    assert answering("你好", quiet) == "quiet"


def test_a_rule_for_some_chats_is_silent_in_the_others() -> None:
    local = rule("local", "群规", chats=("telegram:-100123", "discord:*"))
    chats = ("telegram:-100123", "discord:9", "telegram:-1001234", "console:-100123", "")
    assert [answering("群规", local, chat=chat) for chat in chats] == ["local", "local", None, None, None]


def test_a_match_tells_what_was_found_as_written_and_who_comes_next() -> None:
    rules = Rules([rule("a", "价格"), rule("b", "价格表"), rule("c", "价")])
    match = rules.match("看看《價格表》")
    assert match
    assert (match.rule.id, match.text, match.runners_up) == ("b", "價格表", ("a", "c"))


def test_groups_are_as_written_but_half_width() -> None:
    match = Rules([rule("r", Pattern(r"我叫(?P<name>\w+),(?P<号>\d+)(?P<no>x)?", "regex"))]).match(
        "我叫Anna，１２\u200b３"
    )
    assert match
    assert match.groups == {"name": "Anna", "号": "123"}


@pytest.mark.parametrize("count", [FEW_REGEXES, FEW_REGEXES + 1, SET_SIZE * 2 + 1])
def test_every_regex_is_found_however_many_there_are(count: int) -> None:
    rules = Rules([rule(str(number), Pattern(f"a{number}(?P<x>b+)", "regex")) for number in range(count)])
    found = [rules.match(f"- a{number}BB") for number in range(count)]
    assert [match and (match.rule.id, match.groups) for match in found] == [
        (str(number), {"x": "BB"}) for number in range(count)
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "\u200b", "👍🏽👨‍👩‍👧", "\ud800价格", "\x00\x07", "\u202eabc"),
        *("e" + "\u0301" * 5000, "价格" * 50_000, "a" * 100_000),
    ],
)
def test_no_message_is_too_odd_or_too_long(text: str) -> None:
    rules = Rules([rule("a", "价格"), rule("b", Pattern("(a+)+$", "regex")), rule("c", Pattern("哈", "word"))])
    start = time.perf_counter()
    match = rules.match(text)
    assert match is None or match.text
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "exact"])
def test_a_pattern_with_half_a_character_is_only_an_odd_pattern(kind: Kind) -> None:
    assert answering("a \ud800 b", rule("r", Pattern("a \ud800 b", kind))) == "r"


@pytest.mark.parametrize("wrong", [{"kind": "glob"}, {"text": " "}])
def test_a_pattern_made_in_a_notebook_is_checked_as_well(wrong: dict[str, Any]) -> None:
    with pytest.raises(RuleError):
        Pattern(**({"text": "a"} | wrong))


@pytest.mark.parametrize(
    "wrong", [{"patterns": ()}, {"answers": ()}, {"cooldown": -1.0}, {"answers": (Answer("{x}"),)}]
)
def test_a_rule_made_in_a_notebook_is_checked_as_well(wrong: dict[str, Any]) -> None:
    with pytest.raises(RuleError):
        replace(rule("r", "a"), **wrong)


def test_no_rules_answer_nothing() -> None:
    assert answering("你好") is None


CHARACTERS = "价格表多少钱API ab,12價"
WORDS = st.text(CHARACTERS, min_size=1, max_size=4).filter(fold)
REGEXES = st.sampled_from([r"\d+", "a.b", "价.?格", "[ab]+1", "钱$", "^表"]).map(lambda text: Pattern(text, "regex"))
PATTERNS = st.one_of(st.builds(Pattern, WORDS, st.sampled_from([kind for kind in KINDS if kind != "regex"])), REGEXES)
SOME = st.lists(PATTERNS, max_size=2).map(tuple)
PLAIN = st.builds(
    Rule, st.just(""), st.lists(PATTERNS, min_size=1, max_size=3).map(tuple), st.just(OK), priority=st.integers(0, 1)
)
DEMANDING = st.builds(Rule, st.just(""), SOME, st.just(OK), st.lists(PATTERNS, min_size=1, max_size=2).map(tuple), SOME)


@given(
    st.lists(st.one_of(PLAIN, DEMANDING), max_size=8),
    st.text(CHARACTERS, max_size=20),
)
def test_the_matcher_agrees_with_the_naive_one(rules: list[Rule], text: str) -> None:
    named = [replace(each, id=str(number)) for number, each in enumerate(rules)]
    match = Rules(named).match(text)
    assert (match and (match.rule.id, match.span)) == naive.best(named, text)


@given(st.text(max_size=20), st.text(min_size=1, max_size=10).filter(fold), st.text(max_size=20))
def test_a_pattern_is_found_in_whatever_surrounds_it(before: str, word: str, after: str) -> None:
    assert answering(f"{before}\n{word}\n{after}", rule("r", Pattern(fold(word)))) == "r"
