"""What a model thinks is told apart from what it says, however its words are cut into pieces."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reply import Retraction
from handlers.llm.thinking import Thinking

FENCED = "```xml\n<think>\na\n</think>\n```\nthat is how"
THOUGHT = [
    ("<think>hm</think>\n\nYes.", "Yes."),
    ("\n <Thinking>\nhm\n</THINKING>\n\n\nYes.", "Yes."),
    ("<thought>hm</thought>Yes.", "Yes."),
    ("<reasoning>1 < 2, </think> 2 > 1</reasoning>\nYes.", "Yes."),
    ("<think>\n\n</think>\n\nYes.", "Yes."),
    ("<think>a</think>\n<think>b</think>\n\nYes.", "Yes."),
    ("hm\n</think>\n\nYes.", "Yes."),
    ("\n\n</think>\n\nYes.", "Yes."),
    ("hm\n```py\n1\n```\nso `yes`.\n</think>Yes.", "Yes."),
    ("<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>", "Yes."),
    ("<|start|>assistant<|channel|>commentary to=f<|message|>{}<|end|><|channel|>final<|message|>Yes.", "Yes."),
    ("<|channel|>final<|message|>Yes.<|end|>", "Yes."),
    ("[THINK]hm[/THINK]Yes.", "Yes."),
    ("◁think▷hm◁/think▷Yes.", "Yes."),
    ("<seed:think>hm</seed:think>Yes.", "Yes."),
    ("Yes.<|im_end|>", "Yes."),
    ("Yes.<|im_end|>\n<|endoftext|>", "Yes.\n"),
    ("<think>never closed", ""),
    ("<|channel|>analysis<|message|>never final", ""),
]
SAID = [
    "用 `<think>` 标签",
    "Wrap it in <think> and </think>, and it is thought.",
    "The template ends with `</think>`, then `<|im_end|>`.",
    FENCED,
    "a < b, [c](d) <thin ice> </b> <",
    "  indented\n\n",
    "<thinker>no</thinker>",
    "1 <|",
    "gpt-oss begins with <|channel|>",
    "",
]


def heard(pieces: list[str], thinking: Thinking | None = None, *, whole: bool = True) -> str:
    """Return what stands there in the end."""
    thinking = thinking or Thinking()
    text = ""
    for piece in pieces:
        said = thinking.take(piece)
        text = said.instead if isinstance(said, Retraction) else text + said
    text += thinking.rest(whole=whole)
    assert thinking.rest(whole=whole) == ""
    return text


@pytest.mark.parametrize(("text", "said"), [*THOUGHT, *((each, each) for each in SAID)])
def test_what_is_said_stays_and_what_is_thought_goes(text: str, said: str) -> None:
    assert heard([text]) == heard(list(text)) == said


@given(st.sampled_from(THOUGHT), st.lists(st.integers(0, 100), max_size=6))
def test_wherever_the_pieces_are_cut_the_same_is_said(case: tuple[str, str], cuts: list[int]) -> None:
    text, said = case
    borders = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    assert heard([text[one:two] for one, two in itertools.pairwise(borders)]) == said


@given(st.lists(st.sampled_from(["a", " ", "\n", "<", ">", "`", "```\n", "[", "/", "think", "🙂", "|"])))
def test_what_has_no_mark_in_it_comes_as_it_is(pieces: list[str]) -> None:
    text = "x" + "".join(pieces)
    if not any(mark in text for mark in ("</think>", "[/think]")):
        assert heard(["x", *pieces]) == text


def test_words_come_at_once_but_for_what_may_become_a_mark() -> None:
    thinking = Thinking()
    said = [thinking.take(each) for each in ("Yes", ", a <", "b", " </thi", "s>")]
    assert said == ["Yes", ", a ", "<b", " ", "</this>"]


def test_it_is_known_when_it_thinks() -> None:
    thinking = Thinking()
    states = [bool(thinking.take(each)) or thinking.thinks for each in ("<think>", "hm", "</think>", "\n\n")]
    assert states == [True, True, False, False]


def test_who_thinks_without_saying_so_is_waited_for_from_then_on() -> None:
    thinking = Thinking()
    assert heard(["hm", "\n</think>\n\n", "Yes."], thinking) == "Yes."
    assert thinking.unopened
    again = Thinking(unopened=True)
    assert [again.take(each) for each in ("hm", "\n</think>\n\nYes", ".")] == ["", "Yes", "."]


def test_who_was_waited_for_in_vain_is_heard_again() -> None:
    thinking = Thinking(unopened=True)
    assert heard(["Yes", "."], thinking) == "Yes."
    assert not thinking.unopened


def test_what_was_cut_short_before_its_thinking_ended_is_no_answer() -> None:
    assert heard(["hm", "hm"], Thinking(unopened=True), whole=False) == ""
