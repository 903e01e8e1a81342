"""With a model in use, one in a blend and one on trial: the same events give the same scores, however they come in."""

from __future__ import annotations

import random
from typing import Any

import pytest

from signals.outreach.learning import registry
from signals.outreach.learning.activation import Act, activate, put_on_trial
from signals.outreach.policy import parse_policy
from signals.store.database import transaction
from tests.outreach.learning.models import registered, reviewed
from tests.reference.generate import EventSet, seeded

from .system import System, records_of

pytestmark = pytest.mark.database
HERE = {"0141": 'by = "model"', "0164": 'by = "blend"\nmodel_percent = 37'}


def begin(system: System, found: EventSet) -> None:
    """Every municipality with a model in use, and another one on trial."""
    policies = [parse_policy(body, "policy") for body in found.policy_files]
    bodies = [f"{one.body}\n[scoring]\n{HERE.get(one.municipality, '')}\n" for one in policies]
    system.begin(bodies, found.directory.partners.values())
    act = Act("cli:anna")
    with transaction(system.engine) as cursor:
        for seed, policy in enumerate({one.municipality: one for one in policies}.values()):
            for number in (2 * seed, 2 * seed + 1):
                model = registry.model(
                    cursor, reviewed(cursor, registered(cursor, number, municipality=policy.municipality))
                )
                assert model is not None
                assert put_on_trial(cursor, model, act) if number % 2 else activate(cursor, model, policy, act)


def scores(system: System) -> list[tuple[Any, ...]]:
    """All that a score is, with the place that it gives."""
    places = {case["case_id"]: case["priority"] for case in system.summary()["cases"]}
    rows = system.rows(
        """SELECT cases.municipality, postcode, number, suffix, period, score, scored_by IS NULL, shadow_score,
            explanation, cases.id
        FROM cases JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
        WHERE state <> 'removed' ORDER BY 1, 2, 3, 4, 5"""
    )
    return [(*row[:-1], places[str(row[-1])]) for row in rows]


@pytest.mark.parametrize("seed", [3000, 3001, 3002, 3003, 3004, 3005, 3007, 3008])
def test_learned_scores_do_not_depend_on_how_events_come_in(system: System, seed: int) -> None:
    found, rng = seeded(seed), random.Random(seed)
    begin(system, found)
    system.store(records_of(found.lines), batch=500)
    whole = scores(system)
    assert any(row[7] is not None for row in whole)
    assert all(sum(one["points"] for one in row[8]) == row[5] for row in whole)

    facts = [*found.facts, *found.facts[: rng.randint(0, 3)]]  # some twice
    rng.shuffle(facts)
    again = EventSet(tuple(facts), found.documents)
    begin(system, found)
    system.store(records_of(again.lines, partitions=2), batch=rng.choice((1, 2, 7)), threads=3)
    assert scores(system) == whole
