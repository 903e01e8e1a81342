"""What is learned from is what the worker judged: the same rules, the same facts, and nobody's acts."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING

import msgspec
import pytest

from signals.outreach.learning.advice import best_times
from signals.outreach.learning.evaluating import NothingToJudgeError, Subject, evaluate
from signals.outreach.learning.history import backgrounds, in_one_view
from signals.outreach.learning.reach import load_reach_lessons
from signals.outreach.learning.reach_learning import evaluate_reach, learn_reach
from signals.outreach.learning.registry import register
from signals.outreach.learning.training import Lessons, learn, load_lessons
from signals.outreach.queues import policy_book
from signals.policies import almelo_policy_text
from signals.scoring.model import decode
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import simulate
from signals.store.database import transaction
from tests.laws.system import System, records_of

from .town import INHABITANTS, SEED, approach

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from signals.store.database import Cursor

    from .town import Town

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.learning.fixtures"]

TODAY = date(2026, 6, 1)


def lessons_of(cursor: Cursor, until: date = TODAY) -> Lessons:
    found = load_lessons(cursor, "0141", policy_book(cursor), until)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def lessons(town: Town) -> Lessons:
    with transaction(town.system.engine) as cursor:
        in_one_view(cursor)
        return lessons_of(cursor)


def test_at_the_end_of_the_history_an_example_is_the_case_that_was_scored(town: Town, lessons: Lessons) -> None:
    """Nothing was told after the last day of December: what is known then is what the worker knew."""
    stored = town.system.rows(
        "SELECT household_id, score, crisis, earliest_on FROM cases WHERE period = '2025-12' AND arrears_count > 0"
    )
    made = [one for one in lessons.examples if one.period == "2025-12"]
    gravest = {one.household: {arrears.crisis for arrears in one.facts.arrears} for one in made}
    assert sorted((one.household, one.framework, one.earliest_on) for one in made) == sorted(
        (household, score, earliest) for household, score, _, earliest in stored
    )
    assert all(crisis in gravest[household] for household, _, crisis, _ in stored)
    assert len(made) > 50
    assert any(arrears.explicit_wish for one in lessons.examples for arrears in one.facts.arrears)


def test_only_what_is_over_has_an_outcome(lessons: Lessons) -> None:
    known, outcomes = lessons.known()
    assert {one.month for one in known} == {f"2025-0{month}" for month in range(1, 10)}
    assert all(
        sum(getattr(one, part) for one in outcomes) > len(outcomes) / 50 for part in ("grows", "spreads", "crisis")
    )


def test_what_people_did_changes_nothing_and_a_cut_off_history_ends_there(town: Town, lessons: Lessons) -> None:
    engine = town.system.engine
    with transaction(engine) as cursor:
        approach(cursor, town)
        cursor.execute(
            """UPDATE reports SET person_verdict = 'other-reason', person_verdict_through = event_id,
                status = 'other-reason', case_id = NULL WHERE status = 'not-yet-picked-up' AND event_id % 3 = 0"""
        )
        cursor.execute("UPDATE reports SET picked_up = true, status = 'picked-up' WHERE status = 'not-yet-picked-up'")
        assert lessons_of(cursor).examples == lessons.examples
        until = lessons_of(cursor, date(2025, 6, 30))
        assert until.through <= date(2025, 6, 30)
        assert until.examples == [one for one in lessons.examples if one.day <= until.through]
        assert load_lessons(cursor, "0164", policy_book(cursor), TODAY) is None
        cursor.connection.rollback()


def test_a_model_is_the_same_in_whatever_order_its_history_came_in(lessons: Lessons, engine: Engine) -> None:
    other = System(engine)
    other.begin([almelo_policy_text("0141", "Almelo")], PARTNERS)
    shuffled = list(simulate("0141", INHABITANTS, "2025-01", 12, SEED))
    Random(1).shuffle(shuffled)
    other.store(records_of(msgspec.json.encode(wire).decode() for wire, _ in shuffled))
    with transaction(engine) as cursor:
        again = lessons_of(cursor)
    assert again.usual == lessons.usual
    assert learn(again, "scorecard", seed=1).digest == learn(lessons, "scorecard", seed=1).digest


def test_a_model_is_judged_on_later_cases_where_there_are_enough(town: Town, lessons: Lessons) -> None:
    learned = learn(lessons, "scorecard", seed=1)
    with transaction(town.system.engine) as cursor:
        groups = backgrounds(cursor, "0141")
    subject = Subject("scorecard", 1, date(2025, 3, 31), decode(learned.body), percent=70)
    later = evaluate(subject, lessons, groups, margin=0.05, since=date(2025, 1, 1)).evaluation
    assert (later.how, later.since) == ("later", date(2025, 6, 30))  # ninety days after March nothing was learned from
    assert later.measures.auc is not None
    assert later.measures.auc.value > 0.6
    assert [one.order for one in later.lift.orders] == ["model", "blend", "framework", "amount", "arrival"]
    blend, framework = later.orders["blend"], later.orders["framework"]
    assert blend is not None
    assert framework is not None
    assert framework.value < blend.value < 1.0
    subject = Subject("scorecard", 1, learned.window[1], decode(learned.body))
    tried = evaluate(subject, lessons, groups, margin=0.05)
    assert tried.evaluation.how == "trials"
    assert tried.evaluation.since > date(2025, 4, 30)
    assert [one.order for one in tried.evaluation.lift.orders] == ["model", "framework", "amount", "arrival"]
    assert {one.kind for one in tried.fairness.groups} == {"neighbourhood", "age_band"}
    assert min(one.households for one in tried.fairness.groups) >= 10
    with pytest.raises(NothingToJudgeError, match="since 2025-12-01 there are 0 examples"):
        evaluate(subject, lessons, groups, margin=0.05, since=date(2025, 12, 1))


def test_who_was_reached_teaches_when_contact_is_likely(town: Town) -> None:
    """Residents of the simulation are at home in the evening: a visit then is advised before one by day."""
    with transaction(town.system.engine) as cursor:
        made = approach(cursor, town)
        attempts = load_reach_lessons(cursor, "0141", policy_book(cursor), TODAY)
        assert attempts is not None
        assert len(attempts.examples) == made
        learned = learn_reach(attempts, "scorecard", seed=1)
        subject = Subject("scorecard", 1, learned.window[1], decode(learned.body))
        found = evaluate_reach(subject, attempts, backgrounds(cursor, "0141"), margin=0.05)
        assert found.evaluation.measures.auc is not None
        assert found.evaluation.measures.auc.value > 0.55
        assert set(found.evaluation.by_channel) == {"home-visit", "call", "letter"}
        household = attempts.examples[0].attempt.household
        assert best_times(cursor, household, policy_book(cursor), TODAY) == []
        number, _ = register(
            cursor,
            municipality="0141",
            target="reached",
            kind="scorecard",
            body=learned.body,
            seed=1,
            window=learned.window,
            examples=learned.examples,
            positives=learned.positives,
            metrics=learned.metrics,
            by="test",
        )
        cursor.execute(
            """INSERT INTO score_activations (municipality, target, role, model_id, how, by_name)
            VALUES ('0141', 'reached', 'active', %s, 'activate', 'test')""",
            (number,),
        )
        advised = best_times(cursor, household, policy_book(cursor), TODAY)
        assert len(advised) == 6
        assert advised == sorted(advised, key=lambda one: -one.chance)
        visits = [one.part for one in advised if one.channel == "home-visit"]
        assert visits[0] == "evening"
        cursor.connection.rollback()


def test_what_is_told_or_tried_later_changes_no_attempt_of_before(town: Town) -> None:
    with transaction(town.system.engine) as cursor:
        approach(cursor, town)
        book = policy_book(cursor)
        whole, cut = (load_reach_lessons(cursor, "0141", book, until) for until in (TODAY, date(2025, 6, 30)))
        assert whole is not None
        assert cut is not None
        first = {one.attempt.id: repr(one) for one in whole.examples}
        assert all(first[one.attempt.id] == repr(one) for one in cut.examples)
        assert 500 < len(cut.examples) < len(whole.examples)
        cursor.connection.rollback()
