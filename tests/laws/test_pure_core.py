"""The pure core says what the reference of borders.md section 4 says, whatever the order of arrival."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from tests.reference import model
from tests.reference.generate import EventSet, event_sets, seeded, smallest
from tests.reference.stories import STORIES
from tests.reference.summary import arrears_lines, as_summary, case_lines, comparable

from .in_memory import book_of, judge_all

if TYPE_CHECKING:
    from tests.reference.notation import Story

SETS = 2_000


def agrees(found: EventSet) -> bool:
    ours = judge_all(found.events, book_of(found.policy_files)).summary()
    theirs = as_summary(model.judge(found.events, found.policies))
    return comparable(ours, with_priority=False) == comparable(theirs, with_priority=False)


def explain(found: EventSet) -> str:
    small = smallest(found, lambda one: not agrees(one))
    ours = judge_all(small.events, book_of(small.policy_files)).summary()
    theirs = as_summary(model.judge(small.events, small.policies))
    lines = [*small.lines, *small.policy_files, f"ours:      {ours}", f"reference: {theirs}"]
    return "\n".join(lines)


def test_agrees_with_the_reference_on_thousands_of_sets() -> None:
    for seed in range(SETS):
        found = seeded(seed)
        assert agrees(found), f"seed {seed}\n{explain(found)}"


@pytest.mark.soak
@pytest.mark.skipif("SIGNALS_SOAK" not in os.environ, reason="long: only in `make soak`")
def test_agrees_with_the_reference_on_many_more_sets() -> None:
    for seed in range(SETS, SETS + 200_000):
        found = seeded(seed)
        assert agrees(found), f"seed {seed}\n{explain(found)}"


@given(event_sets())
@settings(max_examples=200, deadline=None)
def test_order_and_duplicates_do_not_matter(found: EventSet) -> None:
    book = book_of(found.policy_files)
    shuffled = [*found.events, *found.events[:3]]
    random.Random(7).shuffle(shuffled)
    once, again = judge_all(found.events, book), judge_all(shuffled, book)
    assert comparable(once.summary(), with_priority=False) == comparable(again.summary(), with_priority=False)
    scores = {key: case.score.value for key, case in once.cases.items()}
    assert scores == {key: case.score.value for key, case in again.cases.items()}


@given(event_sets())
@settings(max_examples=100, deadline=None)
def test_sum_of_statuses_is_the_number_of_reports(found: EventSet) -> None:
    reports = {(e.source, e.id) for e in found.events if type(e).__name__ == "Reported"}
    judged = judge_all(found.events, book_of(found.policy_files))
    assert set(judged.statuses) == reports


@given(event_sets())
@settings(max_examples=100, deadline=None)
def test_held_as_the_reference_says(found: EventSet) -> None:
    judged = judge_all(found.events, book_of(found.policy_files))
    theirs = model.judge(found.events, found.policies)
    assert {k: c.held for k, c in judged.cases.items()} == {k: c.held for k, c in theirs.cases.items()}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_story(story: Story) -> None:
    book = book_of(story.event_set.policy_files)
    judged = judge_all(story.event_set.events, book, story.verdicts)
    assert case_lines(judged.summary()) == story.cases
    assert story.status_by_id(judged.statuses) == story.statuses
    lines = arrears_lines(judged.summary())
    assert {name: lines[name] for name in story.arrears} == story.arrears
