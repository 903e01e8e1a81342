"""By when something must have happened at a listed household: the same as on the page of its case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.outreach import worklist
from signals.outreach.clocks import Clock, deadlines
from signals.outreach.policy import parse_policy
from signals.outreach.work.attempts import Attempt, record_attempt
from signals.outreach.work.decisions import close
from signals.outreach.work.dossier import dossier
from signals.outreach.work_items import due_of
from signals.outreach.worklist import WorkFilter, work_page
from signals.policies import shipped
from signals.store.database import transaction
from tests.reference.notation import report

from .test_worklist import ALMELO, NOVEMBER, OCTOBER, P9, R1, SANNE, TODAY, listed, page

if TYPE_CHECKING:
    from signals.store.database import Cursor

    from .desk import Desk

pytest_plugins = ["tests.outreach.fixtures"]

CLOCK = st.builds(Clock, st.integers(0, 40), st.sampled_from(["calendar", "working"]))


@given(CLOCK, st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_the_last_start_that_is_due_is_the_last(clock: Clock, day: date) -> None:
    last = worklist._last_start(clock, day)
    assert clock.due(last) <= day < clock.due(last + timedelta(days=1))


@given(
    st.booleans(),
    st.one_of(st.none(), st.dates(date(2026, 11, 1), date(2026, 11, 30))),
    st.sampled_from([None, "eviction", "end-of-delivery"]),
)
def test_the_first_clock_that_runs_is_one_that_nothing_stopped(
    attempted: bool, spoken_on: date | None, crisis: str | None
) -> None:
    clocks = parse_policy(shipped()["almelo.toml"], "almelo").clocks
    found = due_of(date(2026, 11, 2), clocks, crisis, attempted=attempted, spoken_on=spoken_on)
    assert found is not None
    assert found in deadlines(date(2026, 11, 2), clocks, crisis=crisis, conversation_on=spoken_on)
    assert not (attempted and found.name == "contact-attempt")
    assert not (spoken_on and found.name == "first-conversation")


@pytest.mark.database
def test_the_first_clock_that_still_runs_is_shown(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    (item,) = page(desk, "letters").items
    received = item.first.received_on
    assert item.due is not None
    assert (item.due.name, item.due.due) == ("contact-attempt", received + timedelta(days=14))
    with transaction(desk.system.engine) as cursor:
        record_attempt(cursor, item.first.id, Attempt("letter", TODAY, None, reached=False), SANNE, today=TODAY)
    desk.take_in(report("b", "2026-11-20", P9))  # comes back to be looked at
    (item,) = page(desk, "visits").items
    assert item.due is not None
    assert (item.due.name, item.due.due) == ("first-conversation", received + timedelta(days=28))
    before = item.due.due - timedelta(days=1)
    assert listed(desk, "visits", due_before=before) == []
    assert listed(desk, "visits", due_before=item.due.due) == ["7607GC 12"]


@pytest.mark.database
def test_what_was_tried_before_a_case_came_in_stops_none_of_its_clocks(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-02", R1))
    long_ago = TODAY - timedelta(days=60)
    with transaction(desk.system.engine) as cursor:
        october = desk.case(OCTOBER).id
        tried = Attempt("home-visit", received_on(cursor, october), "evening", reached=True)
        record_attempt(cursor, october, tried, SANNE, today=TODAY)
        cursor.execute("UPDATE contact_attempts SET on_day = %s", (long_ago,))
        close(cursor, [desk.case(OCTOBER).id], "self-reliant", SANNE)
    desk.take_in(report("b", "2026-11-02", P9), report("c", "2026-11-02", "menzis/P8", at=14))
    items = page(desk, "letters").items
    assert {item.due and item.due.name for item in items} == {"contact-attempt"}
    (first,) = {item.due.due for item in items if item.due is not None}
    assert len(listed(desk, "letters", due_before=first)) == 2
    assert listed(desk, "letters", due_before=first - timedelta(days=1)) == []


@pytest.mark.database
def test_after_the_first_conversation_the_clock_of_the_decision_runs(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", R1.replace("1", "2"), at=14))
    spoken, written = desk.case(NOVEMBER), desk.case("7607GC 14 2026-11")
    received = page(desk, "letters").items[0].first.received_on
    with transaction(desk.system.engine) as cursor:
        record_attempt(cursor, spoken.id, Attempt("call", received, None, reached=True), SANNE, today=TODAY)
        record_attempt(cursor, written.id, Attempt("mail", received, None, reached=True), SANNE, today=TODAY)
    due = {item.number: item.due for item in page(desk, "follow-up").items}
    assert {number: one and (one.name, one.due) for number, one in due.items()} == {
        12: ("decision", received + timedelta(days=56)),
        14: ("first-conversation", received + timedelta(days=28)),
    }
    assert listed(desk, "follow-up", due_before=received + timedelta(days=28)) == ["7607GC 14"]
    assert listed(desk, "follow-up", due_before=received + timedelta(days=55)) == ["7607GC 14"]
    assert len(listed(desk, "follow-up", due_before=received + timedelta(days=56))) == 2


@pytest.mark.database
def test_the_clocks_of_a_queue_are_those_of_the_case_page(desk: Desk) -> None:
    """Of each household the first that is not done, whatever was tried and when."""
    kinds = [("call", True), ("call", False), ("letter", False), ("mail", True), ("home-visit", True)]
    desk.take_in(
        *(report(f"n{at}", "2026-11-02", f"welbions/N{at}", at=at) for at in range(1, 11)),
        *(report(f"e{at}", "2026-11-02", f"vitens/E{at}", at=at, crisis="end-of-delivery") for at in (1, 2, 3)),
    )
    received = page(desk, "letters").items[0].first.received_on
    with transaction(desk.system.engine) as cursor:
        for number, case in enumerate(sorted(desk.cases().values(), key=lambda case: case.number)):
            kind, reached = kinds[number % len(kinds)]
            record_attempt(cursor, case.id, Attempt(kind, received, "evening", reached), SANNE, today=TODAY)
            if number >= len(kinds):  # as it was written down before such days were refused
                cursor.execute(
                    "UPDATE contact_attempts SET on_day = on_day - 1 WHERE id = (SELECT max(id) FROM contact_attempts)"
                )
        items = work_page(cursor, WorkFilter("follow-up", frozenset({ALMELO}), TODAY)).items
        assert len(items) == 10
        for item in items:
            shown = dossier(cursor, item.first.id, today=TODAY)
            assert shown is not None
            running = min(clock.due for clock in shown.case.clocks if clock.done_on is None)
            assert item.due is not None
            assert item.due.due == running
            for due_before, there in ((running, True), (running - timedelta(days=1), False)):
                found = work_page(
                    cursor, WorkFilter("follow-up", frozenset({ALMELO}), TODAY, due_before=due_before), size=50
                )
                assert (item.household in {one.household for one in found.items}) is there


def received_on(cursor: Cursor, case: int) -> date:
    """The day from which the clocks of this case run."""
    cursor.execute("SELECT received_on FROM cases WHERE id = %s", (case,))
    (found,) = cursor.fetchall()
    assert isinstance(found[0], date)
    return found[0]
