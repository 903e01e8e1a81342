"""What was planned for one route, when a person chooses the other one and when that is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from signals.outreach.work.attempts import Attempt, promise_step, record_attempt, set_step
from signals.outreach.work.claims import claim
from signals.outreach.work.decisions import change_route
from signals.outreach.work.referrals import add_note, refer
from signals.outreach.work.steps import NextStep
from tests.reference.notation import report

from .people import ANNA, HOME, P9, R1, V1, act, file_of, today

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
SOON = today() + timedelta(days=3)
VISIT = NextStep("home-visit", SOON, "evening", "promised")


@pytest.fixture
def visit(desk: Desk) -> int:
    """The number of a case whose visit was let go."""
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9))
    desk.release(HOME)
    return desk.case(HOME).id


def test_a_visit_that_was_agreed_ends_with_the_route_and_comes_back_with_it(desk: Desk, visit: int) -> None:
    act(desk, promise_step, visit, VISIT, ANNA, today=today())
    act(desk, change_route, visit, "letter", "Wil geen bezoek.", ANNA)
    assert file_of(desk).next_step is None
    assert file_of(desk).history[-1].nl.startswith("Volgende stap vervallen door de andere route: Huisbezoek, ")
    act(desk, claim, desk.case(HOME).household_id, ANNA)
    act(desk, add_note, visit, "toch niet", ANNA)  # neither does anything to the case
    act(desk, change_route, visit, "home-visit", "Toch wel.", ANNA)
    assert file_of(desk).next_step == VISIT
    assert desk.kinds(HOME)[-1] == "step-restored"


def test_what_the_rules_found_is_found_anew(desk: Desk, visit: int) -> None:
    act(desk, record_attempt, visit, Attempt("home-visit", today(), "evening", reached=False), ANNA, today=today())
    planned = file_of(desk).next_step
    assert planned is not None
    act(desk, change_route, visit, "letter", "Geen bel.", ANNA)
    assert desk.case(HOME).waiting  # for the release of its letter: then there is no step
    assert file_of(desk).next_step is None
    act(desk, change_route, visit, "home-visit", "Toch wel.", ANNA)
    assert file_of(desk).next_step == planned


def test_of_two_open_cases_the_household_that_is_written_to_has_no_visit_as_next_step(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-20", R1), report("b", "2026-11-02", P9), report("c", "2026-11-03", V1))
    visit = desk.case(HOME).id
    act(desk, record_attempt, visit, Attempt("home-visit", today(), "evening", reached=False), ANNA, today=today())
    planned = file_of(desk).next_step
    assert planned is not None
    assert planned.why == "not-at-home"
    act(desk, change_route, visit, "letter", "Geen bel.", ANNA)
    written = file_of(desk).next_step
    assert written is not None
    assert (written.kind, written.why) == ("letter", "not-reached")
    assert file_of(desk).history[-1].nl.startswith("Volgende stap vervallen door de andere route: Huisbezoek, ")
    act(desk, change_route, visit, "home-visit", "Toch wel.", ANNA)
    assert file_of(desk).next_step == planned


def test_what_fits_both_routes_stays(desk: Desk, visit: int) -> None:
    call = NextStep("call", SOON, None, "promised")
    act(desk, promise_step, visit, call, ANNA, today=today())
    act(desk, change_route, visit, "letter", "Leest zijn post.", ANNA)
    assert file_of(desk).next_step == call
    assert "step-ended" not in desk.kinds(HOME)


def test_a_visit_can_be_agreed_where_one_writes(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    case = desk.case(HOME).id
    act(desk, promise_step, case, VISIT, ANNA, today=today())
    act(desk, change_route, case, "home-visit", "Belde zelf.", ANNA)
    assert file_of(desk).next_step == VISIT


def test_what_ended_stays_so_when_something_was_done_since(desk: Desk, visit: int) -> None:
    act(desk, promise_step, visit, VISIT, ANNA, today=today())
    act(desk, change_route, visit, "letter", "Wil geen bezoek.", ANNA)
    act(desk, refer, visit, "nsr", ANNA)
    act(desk, change_route, visit, "home-visit", "Toch wel.", ANNA)
    step = file_of(desk).next_step
    assert step is None or step.why != "promised"
    assert "step-restored" not in desk.kinds(HOME)


def test_what_is_over_does_not_come_back(desk: Desk, visit: int) -> None:
    past = NextStep("home-visit", today() - timedelta(days=1), None, "promised")
    act(desk, set_step, desk.case(HOME).household_id, past)
    act(desk, change_route, visit, "letter", "Wil geen bezoek.", ANNA)
    act(desk, change_route, visit, "home-visit", "Toch wel.", ANNA)
    step = file_of(desk).next_step
    assert step is not None
    assert (step.kind, step.on_day >= today(), step.why) == ("home-visit", True, "not-reached")
