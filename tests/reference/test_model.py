"""Is the reference right? Every story of borders.md section 4, and laws that hold for any set of events."""

from __future__ import annotations

import json
import random
import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .generate import EventSet, event_sets, seeded, smallest
from .model import IN_A_CASE, CaseKey, judge, order
from .periods import first_day, period_of, six_months_before
from .policy import almelo, hengelo, ref_policies_from_toml, toml_text
from .stories import STORIES
from .summary import arrears_lines, as_summary, case_lines, case_name

if TYPE_CHECKING:
    from .notation import Story


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.rule}: {story.name}")
def test_story(story: Story) -> None:
    outcome = story.judged()
    summary = as_summary(outcome)
    assert story.status_by_id(outcome.signal_status) == dict(story.statuses)
    assert case_lines(summary) == dict(story.cases)
    assert {name: arrears_lines(summary)[name] for name in story.arrears} == dict(story.arrears)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_held_and_outcomes(story: Story) -> None:
    cases = {case_name(key): case for key, case in story.judged().cases.items()}
    assert {name for name, case in cases.items() if case.held} == story.held
    assert {name: cases[name].outcome_reason for name in story.outcomes} == dict(story.outcomes)


@pytest.mark.parametrize("story", [story for story in STORIES if story.order], ids=lambda story: story.name)
def test_priority(story: Story) -> None:
    cases = story.judged().cases
    scores = {key: story.scores.get(case_name(key), 0.0) for key in cases}
    priorities = order(cases, scores)
    by_municipality = sorted(priorities, key=lambda key: (key[0][0], priorities[key]))
    assert [case_name(key) for key in by_municipality] == list(story.order)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_story_in_any_order(story: Story) -> None:
    arrived = story.event_set.events
    again = [*arrived, *arrived]
    random.Random(1).shuffle(again)
    policies = story.event_set.policies
    assert judge(again, policies, lambda report: story.verdicts.get(report.id)) == story.judged()


def test_there_is_a_story_for_every_rule() -> None:
    assert {story.rule for story in STORIES} >= {str(rule) for rule in range(1, 12)}
    assert len({story.name for story in STORIES}) == len(STORIES)


@given(event_sets(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_a_function_of_the_set(drawn: EventSet, rng: random.Random) -> None:
    events = drawn.events
    shuffled = events + rng.sample(events, len(events) // 2)
    rng.shuffle(shuffled)
    assert judge(shuffled, drawn.policies) == judge(events, drawn.policies)


@given(event_sets())
@settings(max_examples=150, deadline=None)
def test_every_report_is_in_one_case_or_has_a_reason(drawn: EventSet) -> None:
    outcome = judge(drawn.events, drawn.policies)
    reported = {(fact.full_source, fact.id) for fact in drawn.facts if fact.kind == "reported"}
    in_cases = [key for case in outcome.cases.values() for key in case.reports]
    assert set(outcome.signal_status) == reported
    assert len(in_cases) == len(set(in_cases))
    assert {key for key, status in outcome.signal_status.items() if status in IN_A_CASE} <= set(in_cases)
    assert all(outcome.signal_status[key] != "repeat" for key in in_cases)


@given(event_sets())
@settings(max_examples=100, deadline=None)
def test_case_law(drawn: EventSet) -> None:
    cases = judge(drawn.events, drawn.policies).cases
    for case in cases.values():
        assert (case.state == "closed") == (case.arrears_count == 0) == (case.route == "none")
        assert case.multiple == (case.arrears_count >= 2)
        assert not case.multiple or case.route == "home-visit"
    every_key: dict[CaseKey, float] = dict.fromkeys(cases, 0.0)
    ranks = order(cases, every_key)
    for municipality in {key[0][0] for key in ranks}:
        mine = sorted(rank for key, rank in ranks.items() if key[0][0] == municipality)
        assert mine == list(range(1, len(mine) + 1))


def test_municipalities_are_walls() -> None:
    for seed in range(60):
        drawn = seeded(seed)
        whole = judge(drawn.events, drawn.policies)
        for wall in drawn.policies:
            alone = judge([event for event in drawn.events if event.municipality == wall], drawn.policies)
            assert alone.cases == {key: case for key, case in whole.cases.items() if key[0][0] == wall}


def test_a_seed_is_a_set() -> None:
    assert seeded(7) == seeded(7)
    assert seeded(7) != seeded(8)
    assert len({len(seeded(seed).events) for seed in range(50)}) > 10


def test_generated_sets_are_rich() -> None:
    seen: set[object] = set()
    for seed in range(200):
        drawn = seeded(seed)
        outcome = judge(drawn.events, drawn.policies)
        seen.update(outcome.signal_status.values())
        for case in outcome.cases.values():
            seen.update((case.state, case.route, case.crisis, case.outcome_reason))
            seen.update(flag for flag in ("multiple", "consecutive", "held") if getattr(case, flag))
            seen.add(len(case.period))
    statuses = {"not-yet-picked-up", "repeat", "wrongful", "other-reason", "deceased", "not-a-resident"}
    cases = {"open", "closed", "letter", "home-visit", "none", "multiple", "consecutive", "held", 7, 8, 10}
    crises = {"eviction", "disconnection", "end-of-insurance", "end-of-delivery"}
    reasons = {"paid", "arrangement", "wrongful", "deceased", "moved", "moved-to-another-address"}
    assert seen >= statuses | cases | crises | reasons


def test_lines_and_files_say_what_the_set_says() -> None:
    drawn = seeded(3)
    for fact, line in zip(drawn.facts, drawn.lines, strict=True):
        record = json.loads(line)
        assert record["topic"] == f"arrears.{fact.sector}.{fact.partner}"
        assert (record["value"]["source"], record["value"]["id"]) == (fact.full_source, fact.id)
    registered = {one["id"]: one["sources"] for one in tomllib.loads(drawn.partners_file)["partner"]}
    assert all(fact.full_source in registered[fact.partner] for fact in drawn.facts)


def test_one_source_means_one_source() -> None:
    for seed in range(30):
        partners = seeded(seed, one_source=True).directory.partners.values()
        assert all(len(partner.sources) == 1 for partner in partners)


def test_smallest_keeps_only_what_fails() -> None:
    found = next(drawn for drawn in map(seeded, range(50)) if _deceased(drawn) and len(drawn.facts) > 5)
    assert [fact.reason for fact in smallest(found, _deceased).facts] == ["deceased"]


def _deceased(drawn: EventSet) -> bool:
    return any(fact.reason == "deceased" for fact in drawn.facts)


@pytest.mark.parametrize("document", [almelo(), hengelo()])
def test_policy_text_reads_back(document: dict[str, object]) -> None:
    assert tomllib.loads(toml_text(document)) == document


def test_versions_in_force() -> None:
    policy = ref_policies_from_toml(almelo() | {"valid_from": date(2026, 5, 1), "count": "sectors"}, almelo())["0141"]
    counts = [policy.in_force(date(*day)).count for day in ((2019, 1, 1), (2026, 4, 30), (2026, 5, 1))]
    assert counts == ["arrears", "arrears", "sectors"]


@given(st.dates(), st.sampled_from(("month", "half-month", "iso-week")))
def test_a_day_lies_in_its_period(day: date, kind: str) -> None:
    begin = first_day(period_of(day, kind))
    assert begin <= day
    assert period_of(begin, kind) == period_of(day, kind)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 8, 31), date(2026, 2, 28)),
        (date(2024, 8, 29), date(2024, 2, 29)),
        (date(2024, 8, 31), date(2024, 2, 29)),
        (date(2026, 1, 15), date(2025, 7, 15)),
        (date(2026, 12, 31), date(2026, 6, 30)),
        (date(2026, 6, 30), date(2025, 12, 30)),
        (date(1, 6, 1), date(1, 1, 1)),
    ],
)
def test_six_months_before(day: date, before: date) -> None:
    assert six_months_before(day) == before
