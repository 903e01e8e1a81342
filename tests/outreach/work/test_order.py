"""Whatever people decided in between: the order of what comes in later changes nothing (borders.md section 4)."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from signals.contract.codes import OUTCOMES
from signals.outreach.release import NotReleasedError, release
from signals.outreach.work.attempts import Attempt, record_attempt
from signals.outreach.work.decisions import ROUTES, change_route, close, reopen
from signals.outreach.work.dismissals import NOT_PICKED_UP, mark_not_picked_up, take_back_mark
from signals.outreach.work.outcomes import Client
from signals.outreach.work.people import NotPossibleError
from signals.reports.kept import losses
from signals.reports.outgoing import told
from tests.outreach.test_acts_order import Halves, standing
from tests.outreach.test_acts_order import Standing as End
from tests.reference.generate import partners_of

from .people import ANNA, acting, today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.store.database import Cursor
    from tests.outreach.desk import Desk
    from tests.reference.wire import Fact

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

SEEDS = 120
# In an order that does not depend on numbers, which differ from run to run.
_CASES = """
SELECT cases.id, array(SELECT event_id FROM reports WHERE case_id = cases.id ORDER BY arrears_id, event_id),
    array(SELECT event_id FROM reports
        WHERE household_id = cases.household_id AND person_verdict IS NOT NULL ORDER BY arrears_id, event_id),
    array(SELECT DISTINCT person_id FROM reports WHERE case_id = cases.id AND withdrawn IS NULL ORDER BY 1)
FROM cases JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
WHERE state <> 'removed' ORDER BY cases.municipality, postcode, number, suffix, period
"""
_DECIDED = """
SELECT count(*) FILTER (WHERE person_route IS NOT NULL), count(*) FILTER (WHERE closed_outcome IS NOT NULL),
    count(*) FILTER (WHERE closed_outcome IS NOT NULL AND state = 'open'),
    (SELECT count(*) FROM reports WHERE person_verdict IS NOT NULL),
    (SELECT count(*) FROM reports WHERE person_verdict <> status),
    (SELECT count(*) FROM case_history WHERE kind = 'mark-taken-back'),
    (SELECT count(*) FROM contact_attempts)
FROM cases
"""
# A case that a person closed is not left behind with a signal that nobody picked up.
_LEFT_BEHIND: Final = """
SELECT event_id FROM reports JOIN cases ON cases.id = case_id
WHERE state <> 'open' AND reports.status = 'not-yet-picked-up'
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A case with the numbers of its reports, of its household's marked ones, and of whose signals count in it."""

    case: int
    reports: Sequence[int]
    marked: Sequence[int]
    persons: Sequence[int]


def act_somehow(cursor: Cursor, one: Standing, rng: random.Random) -> None:
    """One act of a person, or none; as much luck is drawn whatever it is."""
    act, number, route, outcome = rng.random(), rng.random(), rng.choice(ROUTES), rng.choice(list(OUTCOMES))
    status = rng.choice(NOT_PICKED_UP)
    if act < 0.16:
        release(cursor, [one.case], actor="anna-1", reviewed=True)
    elif act < 0.3:
        change_route(cursor, one.case, route, "as agreed", ANNA)
    elif act < 0.46:
        close(cursor, [one.case], outcome, ANNA, persons=[Client(who) for who in one.persons[: 1 + int(2 * number)]])
    elif act < 0.56:
        reopen(cursor, one.case, "as agreed", ANNA)
    elif act < 0.64:
        attempt = Attempt("home-visit", today(), "evening", reached=number < 0.5)
        record_attempt(cursor, one.case, attempt, ANNA, today=today())
    elif act < 0.82 and one.reports:
        mark_not_picked_up(cursor, one.reports[int(number * len(one.reports))], status, "as agreed", ANNA)
    elif act >= 0.82 and one.marked:
        take_back_mark(cursor, one.marked[int(number * len(one.marked))], "as agreed", ANNA)


def people_act(desk: Desk, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(3):
        for row in desk.system.rows(_CASES):
            with suppress(NotPossibleError, NotReleasedError), acting(desk) as cursor:
                act_somehow(cursor, Standing(*row), rng)
    assert desk.system.rows(_LEFT_BEHIND) == [], f"seed {seed}"


def end_of(desk: Desk, halves: Halves, second: Sequence[Fact], *, seed: int, batch: int) -> tuple[End, End]:
    desk.begin(halves.found.policy_files, tuple(partners_of(halves.found.facts).values()))
    desk.take_in(*halves.first)
    people_act(desk, seed)
    between = standing(desk)
    for start in range(0, len(second), batch):
        desk.take_in(*second[start : start + batch])
    with acting(desk) as cursor:
        assert [*told(cursor).faults, *losses(cursor)] == [], f"seed {seed}"
    assert desk.system.rows(_LEFT_BEHIND) == [], f"seed {seed}"
    return between, standing(desk)


def test_later_events_in_any_order_end_the_same(desk: Desk) -> None:
    decided = [0] * 7
    for seed in range(SEEDS):
        halves = Halves.of(seed)
        rng = random.Random(seed)
        shuffled = rng.sample(halves.second, len(halves.second))
        whole = end_of(desk, halves, halves.second, seed=seed, batch=500)
        decided = [total + more for total, more in zip(decided, desk.system.rows(_DECIDED)[0], strict=True)]
        assert end_of(desk, halves, shuffled, seed=seed, batch=rng.choice((1, 2))) == whole, f"seed {seed}"
    assert min(decided) > 5, decided  # each kind of decision was there, and some were overtaken by events
