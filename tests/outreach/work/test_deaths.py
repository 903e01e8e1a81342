"""Somebody of the municipality says that a resident died: the rest of the household waits until a person looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach.release import NotReleasedError
from signals.outreach.work.attempts import Attempt, record_attempt
from signals.outreach.work.decisions import close, reopen
from signals.outreach.work.dismissals import mark_not_picked_up, take_back_mark
from signals.outreach.work.looks import look
from signals.outreach.work.pairing import decide_pair, undo_pair
from signals.outreach.work.runs import RunScope, release_letters, run_preview
from signals.reports.kept import losses
from tests.reference.notation import change, report, withdraw

from .people import ANNA, BRAM, HOME, P9, R1, V1, act, event_number, file_of, today

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
EARLIER = "7607GC 12 2026-10"
LATER = "7607GC 12 2031-01"


@pytest.fixture(autouse=True)
def all_is_told(desk: Desk) -> object:
    """After every test: what is held has its line in the history."""
    yield
    assert act(desk, losses) == []


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Two tenants with a signal each in November, and one of October of the second."""
    desk.take_in(
        report("a", "2026-11-02", R1),
        report("b", "2026-11-03", P9, surname="De Vries"),
        report("c", "2026-10-03", V1, surname="De Vries"),
    )
    return desk


def died(desk: Desk, event: str) -> None:
    act(desk, mark_not_picked_up, event_number(desk, event), "deceased", "Buurvrouw vertelde het.", ANNA)


def taken_back(desk: Desk, event: str) -> None:
    act(desk, take_back_mark, event_number(desk, event), "Verkeerde woning.", ANNA)


def held(desk: Desk) -> dict[str, bool]:
    return {name: case.held for name, case in desk.cases().items()}


def test_the_rest_of_the_household_is_held_and_goes_out_in_no_run(two: Desk) -> None:
    died(two, "a")
    assert held(two) == {HOME: True, EARLIER: True}
    assert (two.queue("letters"), two.queue("visits")) == ([], [])
    assert sorted(two.queue("review")) == [EARLIER, HOME]
    assert file_of(two).history[-1].nl == "Aangehouden: een inwoner is overleden"
    scope = RunScope({"0141"}, BRAM.id, today())
    assert act(two, run_preview, scope).letters == ()
    for name in (HOME, EARLIER):
        with pytest.raises(NotReleasedError, match="held for review"):
            two.release(name)
    two.release(HOME, EARLIER, reviewed=True)
    assert held(two) == {HOME: False, EARLIER: False}
    two.take_in(change("d", "2026-11-20", P9, "900.00"))
    assert held(two)[HOME] is False  # looked at stays looked at


def test_nothing_is_planned_there_until_somebody_looked(two: Desk) -> None:
    died(two, "a")
    tried = Attempt("call", today(), None, reached=False)
    act(two, record_attempt, two.case(HOME).id, tried, ANNA, today=today())
    assert held(two) == {HOME: True, EARLIER: True}
    assert file_of(two).next_step is None
    two.release(HOME, EARLIER, reviewed=True)
    act(two, record_attempt, two.case(HOME).id, tried, ANNA, today=today())
    assert file_of(two).next_step is not None


def test_neighbours_and_other_marks_hold_nothing(two: Desk) -> None:
    two.take_in(report("d", "2026-11-02", "welbions/R8", at=14))
    act(two, mark_not_picked_up, event_number(two, "a"), "not-a-resident", "Vertrokken.", ANNA)
    assert not any(held(two).values())
    died(two, "b")
    assert held(two) == {HOME: False, EARLIER: True, "7607GC 14 2026-11": False}  # all of November was marked


def test_the_hold_ends_with_the_mark_unless_something_else_asks_for_it(two: Desk) -> None:
    died(two, "a")
    taken_back(two, "a")
    assert held(two) == {HOME: False, EARLIER: False}
    died(two, "a")
    two.take_in(withdraw("d", "2026-11-20", V1, "deceased"))
    taken_back(two, "a")
    assert held(two) == {HOME: True, EARLIER: False}  # what a partner told; in October nothing is left


def test_a_death_that_was_looked_at_is_looked_at_anew_when_it_is_marked_again(two: Desk) -> None:
    died(two, "a")
    two.release(HOME, EARLIER, reviewed=True)
    taken_back(two, "a")
    died(two, "a")
    assert held(two) == {HOME: True, EARLIER: True}


@pytest.mark.parametrize("again", ["a", "d"])
def test_who_looked_before_it_was_marked_did_not_look_at_this_death(two: Desk, again: str) -> None:
    two.take_in(report("d", "2026-11-04", "cogas/E1", surname="Bakker"))
    died(two, "a")
    act(two, look, two.case(HOME).id, BRAM)
    looked = "SELECT count(*) FROM cases WHERE looked_as IS NOT NULL"
    assert two.system.rows(looked) == [(2,)]
    if again == "a":
        taken_back(two, "a")
    died(two, again)
    assert two.system.rows(looked) == [(0,)]
    act(two, look, two.case(HOME).id, BRAM)


def test_a_second_death_on_the_same_day_is_looked_at_too(two: Desk) -> None:
    two.take_in(report("d", "2026-11-04", "cogas/E1", surname="Bakker"))
    died(two, "a")
    two.release(HOME, EARLIER, reviewed=True)
    died(two, "d")
    assert held(two) == {HOME: True, EARLIER: True}


def test_of_two_held_cases_each_is_looked_at(two: Desk) -> None:
    died(two, "a")
    two.release(EARLIER, reviewed=True)
    assert held(two) == {HOME: True, EARLIER: False}


def test_a_later_case_is_held_where_signals_of_who_died_count(two: Desk) -> None:
    died(two, "a")
    two.release(HOME, EARLIER, reviewed=True)
    two.take_in(report("d", "2031-01-05", "cogas/E1", surname="Bakker"))
    assert held(two)[LATER] is False  # who lives there now must be helped
    two.take_in(report("e", "2031-01-06", "vitens/W7"))
    assert held(two)[LATER] is True
    assert two.queue("review") == [LATER]


def test_so_is_one_of_whom_it_was_decided_that_they_are_who_died(two: Desk) -> None:
    two.take_in(report("d", "2026-11-04", "cogas/E1", surname="Jansen-Smit"))
    first, *_, last = [person.id for person in file_of(two).persons]
    act(two, decide_pair, two.case(HOME).id, (first, last), "same", ANNA)
    died(two, "a")
    assert [one.died for one in file_of(two).persons] == [True, False, True]
    two.release(HOME, EARLIER, reviewed=True)
    two.take_in(report("e", "2031-01-06", "vitens/W7", surname="Smit-Jansen"))
    assert held(two)[LATER] is True


def test_a_case_is_held_as_soon_as_it_is_decided_that_its_person_is_who_died(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9))
    died(desk, "a")
    desk.release(HOME, reviewed=True)
    desk.take_in(report("c", "2031-01-06", "vitens/W7", surname="Smit-Jansen"))
    assert held(desk)[LATER] is False
    first, last = (person.id for person in file_of(desk).persons)
    act(desk, decide_pair, desk.case(LATER).id, (first, last), "same", ANNA)
    assert held(desk)[LATER] is True
    act(desk, undo_pair, desk.case(LATER).id, (first, last), ANNA)
    assert held(desk)[LATER] is False


def test_a_mark_that_gave_way_to_a_rise_can_still_be_taken_back(two: Desk) -> None:
    died(two, "a")
    two.take_in(change("d", "2026-11-20", R1, "900.00"))
    assert held(two) == {HOME: True, EARLIER: True}
    (marked,) = (one.event for one in file_of(two).signals if one.person_verdict is not None)
    assert marked == event_number(two, "a")
    taken_back(two, "a")
    assert held(two) == {HOME: False, EARLIER: False}
    assert not any(one.died for one in file_of(two).persons)


def test_opening_a_case_that_ended_otherwise_raises_nobody_from_the_dead(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-10-03", V1, surname="De Vries"))
    act(desk, close, [desk.case(HOME).id], "deceased", ANNA)
    desk.take_in(report("c", "2026-11-13", P9, surname="De Vries"))
    act(desk, close, [desk.case(HOME).id], "no-contact", ANNA)
    act(desk, reopen, desk.case(HOME).id, "Toch nog werk.", ANNA)
    assert [one.died for one in file_of(desk).persons] == [True, False]
    assert held(desk) == {HOME: True, EARLIER: True}


def test_a_case_that_was_closed_so_holds_the_others_until_it_is_reopened(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-10-03", V1))
    act(desk, close, [desk.case(HOME).id], "deceased", ANNA)
    assert held(desk) == {HOME: False, EARLIER: True}
    act(desk, reopen, desk.case(HOME).id, "Verkeerde woning.", ANNA)
    assert held(desk) == {HOME: False, EARLIER: False}


def test_no_letter_of_a_run_that_was_shown_before_goes_out(two: Desk) -> None:
    two.take_in(report("d", "2026-11-02", "welbions/R8", at=14), report("e", "2026-10-02", "vitens/W8", at=14))
    scope = RunScope({"0141"}, BRAM.id, today())
    letter = next(one for one in act(two, run_preview, scope).letters if one.number == 14)
    died(two, "d")
    with pytest.raises(Exception, match="cannot go out"):
        act(two, release_letters, scope, letter.cases, BRAM)


def test_who_died_is_known_of_the_person_on_the_page(two: Desk) -> None:
    died(two, "a")
    assert [(one.name, one.died) for one in file_of(two).persons] == [("A. Jansen", True), ("A. De Vries", False)]
    taken_back(two, "a")
    assert not any(one.died for one in file_of(two).persons)
    two.take_in(withdraw("d", "2026-11-20", R1, "deceased"))
    assert [one.died for one in file_of(two).persons] == [True, False]
