"""Whatever people did in between: the order in which later events come in changes nothing (borders.md section 4)."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from signals.outreach.release import NotReleasedError, release
from signals.store.database import transaction
from tests.reference.generate import AMOUNTS, CRISES, EventSet, partners_of, seeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.reference.wire import Fact

    from .desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

SEEDS = [60, pytest.param(600, marks=pytest.mark.soak)]
_CASES = """
SELECT cases.municipality, postcode, number, suffix, period, state, route, arrears_count, multiple, consecutive, crisis,
    score, earliest_on, waiting, held, released_route, outcome, valid_from
FROM cases JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
    JOIN policy_versions ON policy_versions.id = policy_id
WHERE state <> 'removed' ORDER BY 1, 2, 3, 4, 5
"""
_REPORTS = """
SELECT source, events.event_id, status, withdrawn, picked_up, period, valid_from
FROM reports JOIN events ON events.id = reports.event_id JOIN policy_versions ON policy_versions.id = policy_id
ORDER BY 1, 2
"""
_BROUGHT_BACK = """
SELECT 1 FROM cases WHERE waiting AND released_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM reports WHERE case_id = cases.id AND status = 'not-yet-picked-up')
"""
Standing = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Halves:
    """A set of events in two parts: people act between them."""

    found: EventSet
    first: Sequence[Fact]
    second: Sequence[Fact]

    @classmethod
    def of(cls, seed: int) -> Halves:
        found = seeded(seed)
        facts = list({(fact.full_source, fact.id): fact for fact in reversed(found.facts)}.values())[::-1]
        rng = random.Random(seed)
        middle = rng.randint(1, max(1, len(facts) - 1))
        return cls(found, facts[:middle], facts[middle:] + changes_of(facts, rng))


def changes_of(facts: Sequence[Fact], rng: random.Random) -> list[Fact]:
    """A few changes, up and down, beside events that are there: what brings a released case back."""
    return [
        replace(
            fact, kind="changed", id=f"change-{n}", amount=rng.choice(AMOUNTS), crisis=rng.choice(CRISES), reason=""
        )
        for n, fact in enumerate(rng.choices(facts, k=4))
    ]


def standing(desk: Desk) -> Standing:
    return desk.system.rows(_CASES), desk.system.rows(_REPORTS)


def release_some(desk: Desk, seed: int) -> None:
    """Two of three of the cases that wait, as people choose them; a few of them after a look."""
    rng = random.Random(seed)
    waiting = desk.system.rows(
        """SELECT cases.id, held FROM cases JOIN households ON households.id = household_id
        JOIN addresses ON addresses.id = address_id WHERE waiting
        ORDER BY cases.municipality, postcode, number, suffix, period"""
    )
    for number, held in waiting:
        if rng.random() < 0.67:
            try:
                with transaction(desk.system.engine) as cursor:
                    release(cursor, [number], actor="specialist", reviewed=held)
            except NotReleasedError:
                continue  # a letter while a visit waits: refused in both orders alike


def end_of(desk: Desk, halves: Halves, second: Sequence[Fact], *, seed: int, batch: int) -> tuple[Standing, Standing]:
    desk.begin(halves.found.policy_files, tuple(partners_of(halves.found.facts).values()))
    desk.take_in(*halves.first)
    release_some(desk, seed)
    between = standing(desk)
    for start in range(0, len(second), batch):
        desk.take_in(*second[start : start + batch])
    return between, standing(desk)


@pytest.mark.parametrize("seeds", SEEDS)
def test_later_events_in_any_order_end_the_same(desk: Desk, seeds: int) -> None:
    brought_back = 0
    for seed in range(seeds):
        halves = Halves.of(seed)
        rng = random.Random(seed)
        shuffled = rng.sample(halves.second, len(halves.second))
        whole = end_of(desk, halves, halves.second, seed=seed, batch=500)
        brought_back += len(desk.system.rows(_BROUGHT_BACK))
        assert end_of(desk, halves, shuffled, seed=seed, batch=rng.choice((1, 2))) == whole, f"seed {seed}"
    assert brought_back > 10  # the sets do bring cases back without a new report
