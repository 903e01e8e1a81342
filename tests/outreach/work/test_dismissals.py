"""Not picked up: the report leaves its case, the partner hears what it may, and nothing comes up in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach.work.attempts import Attempt, record_attempt
from signals.outreach.work.claims import claim
from signals.outreach.work.decisions import close, reopen
from signals.outreach.work.dismissals import NOT_PICKED_UP, mark_not_picked_up, take_back_mark
from signals.outreach.work.people import NotPossibleError, StaleError
from signals.reports.kept import losses
from signals.reports.outgoing import told
from tests.reference.notation import change, report, withdraw

from .people import ANNA, HOME, P9, R1, act, acting, event_number, file_of, today

if TYPE_CHECKING:
    from tests.outreach.desk import Desk
    from tests.reference.wire import Fact

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


@pytest.fixture(autouse=True)
def all_is_told(desk: Desk) -> object:
    """After every test: what is decided is what the outbox says, and how it stands is written in the history."""
    yield
    with acting(desk) as cursor:
        assert [*told(cursor).faults, *losses(cursor)] == []


def mark(desk: Desk, event: str, status: str = "not-a-resident", seen: int | None = None) -> None:
    act(desk, mark_not_picked_up, event_number(desk, event), status, "found out at the door", ANNA, seen)


def take_back(desk: Desk, event: str) -> None:
    act(desk, take_back_mark, event_number(desk, event), "mixed up", ANNA)


@pytest.mark.parametrize("released", [False, True])
def test_the_report_leaves_and_the_rest_stays(desk: Desk, released: bool) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9))
    if released:
        desk.release(HOME)
    number = desk.case(HOME).id
    mark(desk, "a")
    assert desk.statuses()["a"] == "not-a-resident"
    assert desk.case(HOME).arrears_count == 1
    assert desk.case(HOME).route == ("home-visit" if released else "letter")  # after release only a person lowers it
    assert desk.told("feedback.welbions")[-1]["result"] == "not-a-resident"
    detail = {"partner": "welbions", "reference": "R1", "status": "not-a-resident", "reason": "found out at the door"}
    assert ("not-picked-up", detail) in desk.history(number)
    assert "report-left" not in desk.kinds(HOME)


@pytest.mark.parametrize("status", NOT_PICKED_UP)
def test_with_the_last_one_the_case_closes_with_that_outcome(desk: Desk, status: str) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    mark(desk, "a", status)
    assert desk.lines() == {HOME: "closed none 0"}
    assert desk.case(HOME).outcome == status
    assert desk.kinds(HOME)[-2:] == ["not-picked-up", "closed-by-person"]
    expected = "not-picked-up" if status == "other-reason" else status
    assert desk.told("feedback.welbions")[-1]["result"] == expected


def test_the_last_one_that_counts_beside_one_that_was_paid(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9), withdraw("c", "2026-11-04", P9, "paid"))
    desk.release(HOME)
    mark(desk, "a", "deceased")
    assert (desk.case(HOME).state, desk.case(HOME).outcome) == ("closed", "deceased")


def test_repeats_that_were_there_do_not_come_up_in_its_place(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-10", R1))
    mark(desk, "a", "wrongful")
    assert desk.statuses() == {"a": "wrongful", "b": "repeat"}
    assert desk.lines() == {HOME: "closed none 0"}


def test_what_is_signalled_afterwards_is_work_again(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    mark(desk, "a", "wrongful")
    desk.take_in(report("b", "2026-11-20", R1))
    assert desk.statuses() == {"a": "wrongful", "b": "not-yet-picked-up"}
    assert desk.lines() == {HOME: "open letter 1"}
    assert desk.queue("letters") == [HOME]


def test_it_is_kept_whatever_comes_in(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9))
    mark(desk, "a", "wrongful")
    desk.take_in(report("c", "2026-10-30", R1, "20.00"), withdraw("d", "2026-11-15", R1, "paid"))
    assert desk.statuses()["a"] == "wrongful"


@pytest.mark.parametrize("released", [False, True])
def test_it_is_taken_back(desk: Desk, released: bool) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    if released:
        desk.release(HOME)
    mark(desk, "a")
    take_back(desk, "a")
    assert desk.statuses() == {"a": "not-yet-picked-up"}
    assert desk.lines() == {HOME: "open letter 1"}
    assert desk.queue("letters") == [HOME]
    assert desk.told("feedback.welbions")[-1]["result"] == "not-yet-picked-up"
    assert "mark-taken-back" in desk.kinds(HOME)


@pytest.mark.parametrize(
    "rise", [change("r", "2026-11-20", R1, "900.00"), change("r", "2026-11-20", R1, crisis="eviction")]
)
@pytest.mark.parametrize("status", NOT_PICKED_UP)
def test_what_rises_after_it_was_marked_is_work_again(desk: Desk, status: str, rise: Fact) -> None:
    desk.take_in(report("a", "2026-11-02", R1, "700.00"))
    mark(desk, "a", status)
    desk.take_in(rise)
    assert desk.statuses() == {"a": "not-yet-picked-up"}
    assert desk.lines() == {HOME: "open letter 1"}
    died = status == "deceased"  # nothing goes out to who died, also when their arrears rises
    assert desk.case(HOME).held == died
    assert desk.queue("letters") == ([] if died else [HOME])
    assert desk.queue("review") == ([HOME] if died or desk.case(HOME).crisis else [])
    assert desk.told("feedback.welbions")[-1]["result"] == "not-yet-picked-up"
    held = ["held"] if died else []
    assert desk.kinds(HOME)[-4 - len(held) :] == ["reopened", "route", *held, "report", "amount"]


def test_a_fall_and_a_rise_that_was_seen_leave_the_mark(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1, "700.00"), change("b", "2026-11-05", R1, "800.00"))
    mark(desk, "a", "wrongful")
    desk.take_in(change("c", "2026-11-06", R1, "750.00"), change("d", "2026-11-04", R1, "600.00"))
    assert desk.statuses()["a"] == "wrongful"
    assert desk.case(HOME).state == "closed"


def test_a_rise_is_told_at_the_newer_report_that_counts(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1, "700.00"))
    mark(desk, "a", "wrongful")
    desk.take_in(report("b", "2026-12-02", R1, "700.00"))
    desk.release("7607GC 12 2026-12")
    desk.take_in(change("c", "2026-12-03", R1, "800.00"))
    assert desk.statuses() == {"a": "wrongful", "b": "picked-up"}
    assert (desk.case(HOME).state, desk.case("7607GC 12 2026-12").waiting) == ("closed", True)


def test_repeats_of_what_rose_stay_repeats(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-10", R1))
    mark(desk, "a", "wrongful")
    desk.take_in(change("c", "2026-11-20", R1, "900.00"))
    assert desk.statuses() == {"a": "not-yet-picked-up", "b": "repeat"}


def test_who_picks_up_what_rose_decides_anew(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    mark(desk, "a", "wrongful")
    desk.take_in(change("b", "2026-11-20", R1, "900.00"))
    with pytest.raises(NotPossibleError, match="gave way"):
        take_back(desk, "a")
    assert {signal.person_verdict for signal in file_of(desk).signals} == {None}
    desk.release(HOME)
    desk.take_in(change("c", "2026-11-19", R1, "950.00"), withdraw("d", "2026-11-18", R1, "arrangement"))
    assert desk.statuses() == {"a": "picked-up"}
    assert desk.case(HOME).state == "open"


def test_what_rose_can_be_marked_again(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    mark(desk, "a", "wrongful")
    desk.take_in(change("b", "2026-11-20", R1, "900.00"))
    mark(desk, "a", "known-to-debt-help")
    desk.take_in(change("c", "2026-11-21", R1, "850.00"))
    assert desk.statuses() == {"a": "known-to-debt-help"}
    assert (desk.case(HOME).state, desk.case(HOME).outcome) == ("closed", "known-to-debt-help")


def test_what_is_taken_back_after_the_case_closed_is_followed_up(desk: Desk) -> None:
    """The younger signal closed the case; the older one, that nobody picked up, may not stay behind in it."""
    desk.take_in(report("a", "2026-11-02", R1))
    desk.take_in(report("b", "2026-11-03", P9))
    mark(desk, "a", "repeat")
    act(desk, close, [desk.case(HOME).id], "no-contact", ANNA)
    take_back(desk, "a")
    assert desk.statuses() == {"a": "not-yet-picked-up", "b": "picked-up"}
    assert (desk.case(HOME).state, desk.case(HOME).waiting) == ("open", True)
    assert desk.queue("visits") == [HOME]
    mark(desk, "a", "repeat")
    assert (desk.case(HOME).state, desk.case(HOME).outcome) == ("closed", "no-contact")


def test_an_old_repeat_that_a_late_event_makes_work_is_followed_up(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-10", R1))
    act(desk, close, [desk.case(HOME).id], "no-contact", ANNA)
    desk.take_in(withdraw("c", "2026-11-05", R1, "paid"))
    assert desk.statuses() == {"a": "picked-up", "b": "not-yet-picked-up"}
    assert (desk.case(HOME).state, desk.case(HOME).waiting) == ("open", True)


def test_with_the_last_signal_claim_and_next_step_end(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9))
    case, home = desk.case(HOME).id, desk.case(HOME).household_id
    act(desk, claim, home, ANNA)
    act(desk, record_attempt, case, Attempt("home-visit", today(), "evening", reached=False), ANNA, today=today())
    mark(desk, "a")
    assert (file_of(desk).claim is None, file_of(desk).next_step is None) == (False, False)
    mark(desk, "b")
    assert (file_of(desk).claim, file_of(desk).next_step) == (None, None)


def test_a_case_without_a_signal_is_not_reopened(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    mark(desk, "a")
    with pytest.raises(NotPossibleError, match="take back the mark"):
        act(desk, reopen, desk.case(HOME).id, "oops", ANNA)


def test_only_what_counts_in_an_open_case_can_be_marked(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9, "1.00"))
    with pytest.raises(NotPossibleError, match="counts in an open case"):
        mark(desk, "b")
    with pytest.raises(NotPossibleError, match="must be one of"):
        mark(desk, "a", "picked-up")
    with pytest.raises(NotPossibleError, match="no such signal"):
        act(desk, mark_not_picked_up, 404, "repeat", "gone", ANNA)
    with pytest.raises(NotPossibleError, match="no person marked"):
        take_back(desk, "a")
    act(desk, close, [desk.case(HOME).id], "no-contact", ANNA)
    with pytest.raises(NotPossibleError, match="counts in an open case"):
        mark(desk, "a")


def test_it_is_refused_when_the_page_is_old(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    seen = file_of(desk).seen
    desk.take_in(report("b", "2026-11-03", P9))
    with pytest.raises(StaleError):
        mark(desk, "a", seen=seen)
    assert desk.statuses()["a"] == "not-yet-picked-up"
