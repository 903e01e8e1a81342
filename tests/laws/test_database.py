"""On the real database: any order, any duplicates, any split over workers ends in the same cases as the reference's."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import model
from tests.reference.generate import EventSet, event_sets, seeded
from tests.reference.stories import STORIES
from tests.reference.summary import as_summary, case_lines, comparable, scores_from

from .system import System, records_of

if TYPE_CHECKING:
    from tests.reference.notation import Story

pytestmark = pytest.mark.database
SETS = 150


def expected(found: EventSet, document: dict[str, Any]) -> dict[str, Any]:
    outcome = model.judge(found.events, found.policies)
    return comparable(as_summary(outcome, scores_from(document, outcome)))


def run(system: System, found: EventSet, *, batch: int, threads: int, partitions: int = 1) -> dict[str, Any]:
    system.begin(found.policy_files, found.directory.partners.values())
    system.store(records_of(found.lines, partitions=partitions), batch=batch, threads=threads)
    return system.summary()


def check(system: System, seed: int) -> None:
    rng = random.Random(seed)
    found = seeded(seed)
    batch, threads, partitions = rng.choice((1, 2, 3, 7, 50)), rng.choice((1, 2, 3)), rng.choice((1, 2, 3))
    document = run(system, found, batch=batch, threads=threads, partitions=partitions)
    told = f"seed {seed}: batches of {batch}, {threads} threads, {partitions} partitions"
    assert comparable(document) == expected(found, document), told
    assert document["published"] == len(found.lines) == document["stored"] + document["duplicates"], told
    assert sum(document["signal_status"].values()) == reports_of(found), told
    assert_places(system)


def reports_of(found: EventSet) -> int:
    return len({(e.source, e.id) for e in found.events if type(e).__name__ == "Reported"})


def assert_places(system: System) -> None:
    """Every report is in exactly one case or has a not-picked-up status; every case has a report."""
    assert not system.rows(
        """SELECT 1 FROM reports WHERE (status IN ('not-yet-picked-up', 'picked-up')) AND
        case_id IS DISTINCT FROM (SELECT id FROM cases WHERE cases.household_id = reports.household_id
            AND cases.period = reports.period AND state <> 'removed')"""
    )
    assert not system.rows(
        "SELECT 1 FROM cases WHERE (state <> 'removed') <> EXISTS (SELECT 1 FROM reports WHERE case_id = cases.id)"
    )


def test_any_split_over_workers_agrees_with_the_reference(system: System) -> None:
    for seed in range(SETS):
        check(system, seed)


@given(event_sets(), st.sampled_from((1, 2, 3, 7, 50)), st.integers(1, 3), st.integers(1, 3), st.randoms())
@settings(max_examples=60, deadline=None)
def test_any_permutation_and_duplication_ends_in_the_same_cases(
    system: System, found: EventSet, batch: int, threads: int, partitions: int, rng: random.Random
) -> None:
    whole = run(system, found, batch=500, threads=1)
    shuffled = [*found.facts, *found.facts[: rng.randint(0, 3)]]
    rng.shuffle(shuffled)
    again = run(system, EventSet(tuple(shuffled), found.documents), batch=batch, threads=threads, partitions=partitions)
    assert without_ids(again) == without_ids(whole)
    assert again["signal_status"] == whole["signal_status"]
    assert comparable(again) == expected(found, again)


@pytest.mark.soak
@pytest.mark.skipif("SIGNALS_SOAK" not in os.environ, reason="long: only in `make soak`")
def test_many_more_splits_agree_with_the_reference(system: System) -> None:
    for seed in range(SETS, SETS + 10_000):
        check(system, seed)


@pytest.mark.parametrize("seed", range(1000, 1020))
def test_scores_and_priorities_do_not_depend_on_the_order_of_arrival(system: System, seed: int) -> None:
    found = seeded(seed)
    whole = run(system, found, batch=500, threads=1)
    facts = list(found.facts)
    random.Random(seed).shuffle(facts)
    single = run(system, EventSet(tuple(facts), found.documents), batch=1, threads=3, partitions=2)
    assert without_ids(single) == without_ids(whole)


def without_ids(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: value for name, value in case.items() if name != "case_id"} for case in document["cases"]]


@pytest.mark.parametrize("story", [s for s in STORIES if not s.verdicts], ids=lambda story: story.name)
def test_story_event_by_event(system: System, story: Story) -> None:
    document = run(system, story.event_set, batch=1, threads=1)
    assert case_lines(document) == story.cases
