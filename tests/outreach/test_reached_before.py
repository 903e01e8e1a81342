"""Points for having been reached before: of attempts before the case, and asked only where a policy gives them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from signals.outreach.case_score import case_scores
from signals.outreach.queues import policy_book
from signals.outreach.work.attempts import Attempt, record_attempt
from signals.outreach.work.people import Actor
from signals.policies import shipped
from signals.store import ledger
from signals.store.database import transaction
from tests.reference.notation import change, report

if TYPE_CHECKING:
    from .desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

POINTS = shipped()["almelo.toml"].replace("reached_before = 0", "reached_before = 15")
ANNA = Actor("anna-1", "Anna Postma")
OCTOBER, NOVEMBER = "7607GC 12 2026-10", "7607GC 12 2026-11"


def try_at(desk: Desk, name: str, day: str, *, reached: bool) -> None:
    desk.release(name)
    with transaction(desk.system.engine) as cursor:
        attempt = Attempt("call", date.fromisoformat(day), None, reached=reached)
        record_attempt(cursor, desk.case(name).id, attempt, ANNA, today=date.fromisoformat(day))


def points(desk: Desk, name: str) -> int:
    return sum(one["points"] for one in desk.case(name).explanation if one["criterion"] == "reached-before")


@pytest.mark.parametrize(("reached", "given"), [(True, 15), (False, 0)])
def test_an_attempt_before_the_case_counts_and_one_in_it_does_not(desk: Desk, reached: bool, given: int) -> None:
    desk.begin([POINTS])
    desk.take_in(report("a", "2026-10-05", "welbions/R1", "700.00", arisen="2026-08-01"))
    try_at(desk, OCTOBER, "2026-10-20", reached=reached)
    desk.take_in(report("b", "2026-11-05", "menzis/R2", "300.00", arisen="2026-09-20"))
    assert points(desk, NOVEMBER) == given
    assert points(desk, OCTOBER) == 0
    try_at(desk, NOVEMBER, "2026-11-09", reached=not reached)
    desk.take_in(change("c", "2026-11-10", "menzis/R2", "320.00"))
    assert points(desk, NOVEMBER) == given
    case = desk.case(NOVEMBER)
    with transaction(desk.system.engine) as cursor:
        told = case_scores(cursor, case.household_id, [case.id], policy_book(cursor))[case.id].would_change
    assert all(one.closes or one.difference > 0 for one in told)  # whatever happens, that stays


def test_nobody_looks_for_attempts_where_no_policy_gives_points(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.begin()
    desk.take_in(report("a", "2026-10-05", "welbions/R1", "700.00", arisen="2026-08-01"))
    try_at(desk, OCTOBER, "2026-10-20", reached=True)
    monkeypatch.setattr(ledger, "attempts_at", None)
    desk.take_in(report("b", "2026-11-05", "menzis/R2", "300.00", arisen="2026-09-20"))
    assert points(desk, NOVEMBER) == 0
