"""Not picked up: the report leaves its case, the partner hears what it may, and nothing comes up in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach.work.decisions import close, reopen
from signals.outreach.work.dismissals import NOT_PICKED_UP, mark_not_picked_up, take_back_mark
from signals.outreach.work.people import NotPossibleError, StaleError
from signals.reports.kept import losses
from signals.reports.outgoing import told
from tests.reference.notation import report, withdraw

from .people import ANNA, HOME, P9, R1, act, acting, event_number, file_of

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

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
