"""Claim and next step end with the last open case, whoever or whatever closes it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from signals.outreach.work.attempts import next_steps_of, set_step
from signals.outreach.work.claims import claim, claims_of
from signals.outreach.work.decisions import close
from signals.outreach.work.dismissals import mark_not_picked_up
from signals.outreach.work.ended import end_work_of_closed
from signals.outreach.work.steps import NextStep
from tests.reference.notation import report, withdraw

from .people import ANNA, HOME, P9, R1, act, event_number, today

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


@pytest.fixture
def home(desk: Desk) -> int:
    """The number of a household with one case, which is claimed and has a next step."""
    desk.take_in(report("a", "2026-11-02", R1))
    number = desk.case(HOME).household_id
    act(desk, claim, number, ANNA)
    act(desk, set_step, number, NextStep("call", today() + timedelta(days=2), None, "promised"))
    return number


def work_of(desk: Desk, home: int) -> tuple[bool, bool]:
    """Whether it is claimed, and whether it has a next step."""
    return bool(act(desk, claims_of, [home])), bool(act(desk, next_steps_of, [home]))


@pytest.mark.parametrize("reason", ["paid", "arrangement", "wrongful", "moved"])
def test_the_rules_close_the_case(desk: Desk, home: int, reason: str) -> None:
    desk.take_in(withdraw("w", "2026-11-20", R1, reason))
    assert desk.case(HOME).state == "closed"
    assert work_of(desk, home) == (False, False)


def test_the_rules_remove_the_case(desk: Desk, home: int) -> None:
    desk.take_in(report("early", "2026-10-20", R1))  # came in late: what waited becomes its repeat
    assert desk.lines() == {"7607GC 12 2026-10": "open letter 1"}
    assert work_of(desk, home) == (True, True)
    desk.take_in(withdraw("w", "2026-11-20", R1, "paid"))
    assert work_of(desk, home) == (False, False)


def test_not_while_another_case_is_open(desk: Desk, home: int) -> None:
    desk.take_in(report("b", "2026-10-02", P9), withdraw("w", "2026-11-20", R1, "paid"))
    assert desk.case(HOME).state == "closed"
    assert work_of(desk, home) == (True, True)


def test_the_next_case_begins_unclaimed(desk: Desk, home: int) -> None:
    desk.take_in(withdraw("w", "2026-11-20", R1, "paid"))
    desk.take_in(report("b", "2026-11-21", P9))
    assert desk.case(HOME).state == "open"
    assert work_of(desk, home) == (False, False)


def test_of_what_closes_and_opens_in_one_batch_nothing_ends(desk: Desk, home: int) -> None:
    desk.take_in(withdraw("w", "2026-11-20", R1, "paid"), report("b", "2026-11-21", P9))
    assert work_of(desk, home) == (True, True)


def test_a_person_closes_the_case(desk: Desk, home: int) -> None:
    act(desk, close, [desk.case(HOME).id], "no-contact", ANNA)
    assert work_of(desk, home) == (False, False)


def test_a_person_marks_its_only_signal(desk: Desk, home: int) -> None:
    act(desk, mark_not_picked_up, event_number(desk, "a"), "wrongful", "mixed up", ANNA)
    assert work_of(desk, home) == (False, False)


def test_of_other_households_nothing_ends(desk: Desk, home: int) -> None:
    desk.take_in(report("b", "2026-11-02", P9, at=14), withdraw("w", "2026-11-20", P9, "paid"))
    act(desk, end_work_of_closed, [])
    assert work_of(desk, home) == (True, True)
