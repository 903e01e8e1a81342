"""Whatever people decided in between: the order of what comes in later changes nothing (borders.md section 4)."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from signals.contract.codes import OUTCOMES
from signals.outreach.release import NotReleasedError, release
from signals.outreach.work.decisions import ROUTES, change_route, close, reopen
from signals.outreach.work.dismissals import NOT_PICKED_UP, mark_not_picked_up
from signals.outreach.work.people import NotPossibleError
from signals.reports.kept import losses
from signals.reports.outgoing import told
from tests.outreach.test_acts_order import Halves, Standing, standing
from tests.reference.generate import partners_of

from .people import ANNA, acting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.store.database import Cursor
    from tests.outreach.desk import Desk
    from tests.reference.wire import Fact

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

SEEDS = 60
# In an order that does not depend on numbers, which differ from run to run.
_CASES = """
SELECT cases.id, (SELECT array_agg(event_id ORDER BY arrears_id, event_id) FROM reports WHERE case_id = cases.id)
FROM cases JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
WHERE state <> 'removed' ORDER BY cases.municipality, postcode, number, suffix, period
"""
_DECIDED = """
SELECT count(*) FILTER (WHERE person_route IS NOT NULL), count(*) FILTER (WHERE closed_outcome IS NOT NULL),
    count(*) FILTER (WHERE closed_outcome IS NOT NULL AND state = 'open'),
    (SELECT count(*) FROM reports WHERE person_verdict IS NOT NULL)
FROM cases
"""


def act_somehow(cursor: Cursor, case: int, reports: Sequence[int], rng: random.Random) -> None:
    """One act of a person, or none."""
    act, number, route, outcome = rng.random(), rng.random(), rng.choice(ROUTES), rng.choice(list(OUTCOMES))
    status = rng.choice(NOT_PICKED_UP)
    if act < 0.2:
        release(cursor, [case], actor="anna-1", reviewed=True)
    elif act < 0.4:
        change_route(cursor, case, route, "as agreed", ANNA)
    elif act < 0.6:
        close(cursor, [case], outcome, ANNA)
    elif act < 0.7:
        reopen(cursor, case, "as agreed", ANNA)
    elif act < 0.85 and reports:
        mark_not_picked_up(cursor, reports[int(number * len(reports))], status, "as agreed", ANNA)


def people_act(desk: Desk, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(2):
        for case, reports in desk.system.rows(_CASES):
            with suppress(NotPossibleError, NotReleasedError), acting(desk) as cursor:
                act_somehow(cursor, case, reports or [], rng)


def end_of(desk: Desk, halves: Halves, second: Sequence[Fact], *, seed: int, batch: int) -> tuple[Standing, Standing]:
    desk.begin(halves.found.policy_files, tuple(partners_of(halves.found.facts).values()))
    desk.take_in(*halves.first)
    people_act(desk, seed)
    between = standing(desk)
    for start in range(0, len(second), batch):
        desk.take_in(*second[start : start + batch])
    with acting(desk) as cursor:
        assert [*told(cursor).faults, *losses(cursor)] == [], f"seed {seed}"
    return between, standing(desk)


def test_later_events_in_any_order_end_the_same(desk: Desk) -> None:
    decided = [0, 0, 0, 0]
    for seed in range(SEEDS):
        halves = Halves.of(seed)
        rng = random.Random(seed)
        shuffled = rng.sample(halves.second, len(halves.second))
        whole = end_of(desk, halves, halves.second, seed=seed, batch=500)
        decided = [total + more for total, more in zip(decided, desk.system.rows(_DECIDED)[0], strict=True)]
        assert end_of(desk, halves, shuffled, seed=seed, batch=rng.choice((1, 2))) == whole, f"seed {seed}"
    assert min(decided) > 5, decided  # each kind of decision was there, and some were overtaken by events
