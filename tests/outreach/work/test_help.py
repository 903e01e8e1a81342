"""Help that is accepted while something threatens: the case stays in the work until there was a conversation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from signals.outreach.clocks import Clocks
from signals.outreach.work.attempts import Attempt, promise_step, record_attempt, undo_attempt
from signals.outreach.work.claims import claim, claims_of
from signals.outreach.work.decisions import close, reopen
from signals.outreach.work.people import NotPossibleError
from signals.outreach.work.referrals import refer, refer_result
from signals.outreach.work.steps import NextStep
from signals.outreach.worklist import WorkFilter, work_page
from signals.reports.overview import read_overview
from tests.reference.notation import report

from .people import ANNA, HOME, R1, act, file_of, today

if TYPE_CHECKING:
    from signals.outreach.work_items import WorkItem
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
CALL = Attempt("call", today(), None, reached=True)
DUE = Clocks().threatening_help.due(today())


@pytest.fixture
def accepted(desk: Desk) -> int:
    """The number of a case in which an eviction threatens, closed with accepted help after a conversation."""
    desk.take_in(report("a", "2026-11-02", R1, crisis="eviction"))
    case = desk.case(HOME).id
    act(desk, record_attempt, case, CALL, ANNA, today=today())
    act(desk, claim, desk.case(HOME).household_id, ANNA)
    act(desk, close, [case], "follow-up-help-financial", ANNA)
    return case


def listed(desk: Desk, **wanted: object) -> list[WorkItem]:
    asked = WorkFilter("follow-up", {"0141"}, today(), **wanted)  # type: ignore[arg-type]  # fields of it
    return list(act(desk, work_page, asked).items)


def late_on(desk: Desk, days: int) -> dict[str, tuple[int, int, int]]:
    """Of each clock that counts any, days after its end: households past it, soon past it, and past it in follow-up."""
    found = act(desk, read_overview, {"0141"}, DUE + timedelta(days=days)).late
    return {one.clock: (one.past, one.soon, one.past_in.get("follow-up", 0)) for one in found if one.past or one.soon}


def test_it_stays_in_follow_up_with_its_holder_and_its_clock(desk: Desk, accepted: int) -> None:
    (item,) = listed(desk)
    assert (item.first.id, item.first.state) == (accepted, "closed")
    assert item.due is not None
    assert (item.due.name, item.due.due) == ("threatening-help", DUE)
    assert item.claim is not None
    assert item.sectors == ("housing",)
    (clock,) = [one for one in file_of(desk).case.clocks if one.name == "threatening-help"]
    assert (clock.due, clock.done_on, clock.working_days_left) == (DUE, None, 3)
    assert file_of(desk).case.is_worked


def test_overview_and_filter_have_it_as_late_when_past(desk: Desk, accepted: int) -> None:
    assert late_on(desk, 0) == {"threatening-help": (0, 1, 0)}
    assert late_on(desk, 1) == {"threatening-help": (1, 0, 1)}
    assert [item.first.id for item in listed(desk, due_before=DUE, clock="threatening-help")] == [accepted]
    assert listed(desk, due_before=DUE - timedelta(days=1)) == []
    assert len(listed(desk, route="letter")) == 1


def test_the_clock_begins_with_the_conversation_in_which_help_was_accepted(desk: Desk) -> None:
    said_on = today() - timedelta(days=9)
    desk.take_in(report("a", "2026-11-02", R1, crisis="eviction"))
    case = desk.case(HOME).id
    desk.system.rows("UPDATE cases SET received_on = %s WHERE id = %s", said_on, case)
    number = act(desk, record_attempt, case, Attempt("call", said_on, None, reached=True), ANNA, today=today())
    act(desk, close, [case], "follow-up-help-financial", ANNA)
    due = Clocks().threatening_help.due(said_on)
    clocks = {one.name: one.due for one in file_of(desk).case.clocks}
    assert (listed(desk)[0].first.help_due_on, clocks["threatening-help"]) == (due, due)
    assert clocks["collection-pause"] == Clocks().collection_pause.due(today())  # as the partner heard it
    act(desk, undo_attempt, number, ANNA, team_lead=False, today=today())
    assert listed(desk)[0].first.help_due_on == DUE
    act(desk, record_attempt, case, CALL, ANNA, today=today())
    assert {one.name: one.due for one in file_of(desk).case.clocks}["threatening-help"] == DUE


def test_a_conversation_after_it_ends_it_and_striking_it_out_begins_it_again(desk: Desk, accepted: int) -> None:
    in_vain = Attempt("home-visit", today(), "evening", reached=False)
    act(desk, record_attempt, accepted, in_vain, ANNA, today=today())
    assert len(listed(desk)) == 1
    number = act(desk, record_attempt, accepted, CALL, ANNA, today=today())
    assert listed(desk) == []
    assert late_on(desk, 1) == {}
    assert act(desk, claims_of, [desk.case(HOME).household_id]) == {}
    (clock,) = [one for one in file_of(desk).case.clocks if one.name == "threatening-help"]
    assert clock.done_on == today()
    with pytest.raises(NotPossibleError):  # a closed case as any other
        act(desk, record_attempt, accepted, CALL, ANNA, today=today())
    act(desk, undo_attempt, number, ANNA, team_lead=False, today=today())
    assert len(listed(desk)) == 1


def test_a_referral_ends_it_unless_it_was_a_mistake(desk: Desk, accepted: int) -> None:
    number = act(desk, refer, accepted, "nsr", ANNA)
    assert listed(desk) == []
    act(desk, refer_result, number, "mistaken", ANNA)
    assert len(listed(desk)) == 1


def test_who_was_referred_that_day_before_the_closing_needs_no_more(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1, crisis="eviction"))
    case = desk.case(HOME).id
    act(desk, refer, case, "nsr", ANNA)
    act(desk, close, [case], "follow-up-help", ANNA)
    assert listed(desk) == []


def test_an_appointment_for_it_can_be_made(desk: Desk, accepted: int) -> None:
    step = NextStep("appointment", today() + timedelta(days=1), None, "promised")
    act(desk, promise_step, accepted, step, ANNA, today=today())
    (item,) = listed(desk)
    assert item.step == step
    assert item.first.follow_up_on == step.on_day


def test_the_clock_runs_on_when_what_threatened_is_gone(desk: Desk, accepted: int) -> None:
    desk.system.rows("UPDATE cases SET crisis = NULL WHERE id = %s", accepted)
    assert [one.due for one in file_of(desk).case.clocks if one.name == "threatening-help"] == [DUE]
    assert [item.first.id for item in listed(desk)] == [accepted]


def test_reopened_it_is_a_case_as_any_other(desk: Desk, accepted: int) -> None:
    act(desk, reopen, accepted, "toch niet", ANNA)
    (item,) = listed(desk)
    assert (item.first.state, item.first.help_due_on) == ("open", None)


@pytest.mark.parametrize(
    ("crisis", "outcome"),
    [("eviction", "self-reliant"), ("end-of-delivery", "follow-up-help"), (None, "follow-up-help")],
)
def test_without_a_threat_or_without_help_nothing_more_is_asked(desk: Desk, crisis: str | None, outcome: str) -> None:
    desk.take_in(report("a", "2026-11-02", R1, crisis=crisis))
    act(desk, close, [desk.case(HOME).id], outcome, ANNA)
    assert listed(desk) == []
    assert not file_of(desk).case.is_worked
