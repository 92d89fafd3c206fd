"""What becomes of each entry that is imported."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.faq.entries.draft import Draft, Wording, wording
from handlers.faq.entries.entry import Entry, Twin
from handlers.faq.entries.merge import Merged, merge
from handlers.language.script.normalise import fold

HELD = Entry("backup", "怎么备份？", "去设置。", ("如何备份",), None, ("数据",))


def draft(question: str, answer: str, *others: str, name: str = "", other: Wording | None = None) -> Draft:
    return Draft("new.csv, line 2", wording(question, answer, others), name, other=other, language="en")


def kinds(merged: Merged) -> list[str]:
    return [each.kind for each in merged.outcomes]


def test_a_new_question_is_added_after_the_others() -> None:
    merged = merge([HELD], [draft("怎么恢复？", "看这里。")])
    assert kinds(merged) == ["added"]
    assert [each.question for each in merged.entries] == ["怎么备份？", "怎么恢复？"]


def test_the_same_question_in_other_characters_is_no_new_alternative() -> None:
    merged = merge([HELD], [draft("怎麼備份?", "去设置。", "如何備份")])
    assert (kinds(merged), merged.entries) == (["unchanged"], (HELD,))


def test_an_identical_entry_is_unchanged() -> None:
    merged = merge([HELD], [draft("怎么备份？", "去设置。", "如何备份")])
    assert (kinds(merged), merged.entries) == (["unchanged"], (HELD,))


def test_alternatives_tags_and_a_twin_are_united() -> None:
    merged = merge([HELD], [draft("怎么备份？", "去设置。", "备份在哪", other=Wording("How to back up?", "Settings."))])
    twin = Twin("How to back up?", "Settings.")
    assert merged.entries == (replace(HELD, alternatives=("如何备份", "备份在哪"), twin=twin),)
    assert merged.outcomes[0].detail == "backup: alternatives, twin"


def test_another_answer_is_a_conflict_and_the_old_one_stays() -> None:
    merged = merge([HELD], [draft("怎么备份?", "别备份。")])
    assert (kinds(merged), merged.entries) == (["conflict"], (HELD,))
    assert merged.outcomes[0].detail == "new.csv, line 2: another answer than backup, which stays"


def test_another_answer_to_an_alternative_is_a_conflict_too() -> None:
    assert kinds(merge([HELD], [draft("如何备份", "别备份。")])) == ["conflict"]


def test_overruling_takes_the_imported_answer_and_keeps_the_id_and_all_questions() -> None:
    (entry,) = merge([HELD], [draft("怎么备份?", "别备份。", "备份在哪")], overrule=True).entries
    assert (entry.id, entry.answer) == ("backup", "别备份。")
    assert entry.alternatives == ("如何备份", "备份在哪")


def test_within_one_import_the_first_answer_stays_even_when_overruling() -> None:
    merged = merge([], [draft("a?", "1"), draft("a?", "2"), draft("a?", "1")], overrule=True)
    assert kinds(merged) == ["added", "conflict", "duplicate"]
    assert [each.answer for each in merged.entries] == ["1"]


def test_the_same_id_with_the_same_answer_is_a_new_wording() -> None:
    (entry,) = merge([HELD], [draft("数据怎么备份？", "去设置。", name="backup")]).entries
    assert (entry.question, entry.alternatives) == ("数据怎么备份？", ("如何备份", "怎么备份？"))


def test_the_same_id_with_another_question_and_answer_is_a_conflict() -> None:
    merged = merge([HELD], [draft("要钱吗？", "免费。", name="backup")])
    assert (kinds(merged), merged.entries) == (["conflict"], (HELD,))


def test_a_row_without_question_or_answer_is_reported_as_empty() -> None:
    merged = merge([HELD], [draft("a?", ""), draft("", "b")])
    assert kinds(merged) == ["empty", "empty"]
    assert merged.outcomes[0].detail == 'new.csv, line 2: the answer to "a?" is missing'


TEXTS = st.sampled_from(["a?", "A？", "b?", "備份？", "备份?", "c?"])
DRAFTS = st.lists(st.builds(draft, TEXTS, st.sampled_from(["1", "2", ""]), TEXTS), max_size=8)


@given(DRAFTS)
@settings(deadline=None)
def test_importing_twice_is_importing_once(drafts: list[Draft]) -> None:
    once = merge([HELD], drafts).entries
    again = merge(once, drafts)
    assert again.entries == once
    assert again.count("added") == again.count("changed") == 0


@given(DRAFTS)
@settings(deadline=None)
def test_no_two_entries_have_an_id_or_a_question_in_common(drafts: list[Draft]) -> None:
    entries = merge([HELD], drafts).entries
    assert len({each.id for each in entries}) == len(entries)
    assert len({fold(each.question) for each in entries}) == len(entries)
