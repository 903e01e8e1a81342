"""One screen: who, what, why, by when, what was done; of the household, with all its open cases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from signals.outreach.clocks import Clocks
from signals.outreach.work.attempts import Attempt, record_attempt
from signals.outreach.work.claims import claim
from signals.outreach.work.decisions import change_route, close
from signals.outreach.work.dismissals import mark_not_picked_up
from signals.outreach.work.dossier import dossier
from signals.outreach.work.dossier_parts import working_days_between
from signals.outreach.work.hold import Held
from signals.outreach.work.referrals import add_note, refer
from tests.reference.notation import change, report

from .people import ANNA, HOME, P9, R1, V1, act, event_number, file_of, today

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
EARLIER = "7607GC 12 2026-10"


@pytest.fixture
def home(desk: Desk) -> int:
    """The case of a household with two arrears at one partner and one at another, one person each."""
    desk.take_in(
        report("a", "2026-11-02", R1, "612.50", surname="Berg"),
        report("b", "2026-11-03", P9, "150.00", surname="Berg", crisis="end-of-insurance"),
        change("c", "2026-11-05", R1, "700.00"),
        report("d", "2026-11-06", R1, "600.00", surname="de Vries"),
    )
    return desk.case(HOME).id


def test_it_knows_who(desk: Desk, home: int) -> None:
    found = file_of(desk)
    assert (found.case.id, found.municipality, found.household) == (home, "0141", desk.case(HOME).household_id)
    assert (found.address.postcode, found.address.number, found.address.suffix) == ("7607GC", 12, "")
    assert [(person.name, person.partners) for person in found.persons] == [
        ("A. Berg", ("menzis", "welbions")),
        ("A. de Vries", ("welbions",)),
    ]
    assert found.persons[0].linked_nl.startswith("Waarschijnlijk dezelfde: 2 partners")
    assert found.persons[1].linked_en == "Reported so by one partner, at this address"


@pytest.mark.parametrize(
    ("initials", "born", "certain"),
    [
        ("A.", "1985-06-12", True),
        ("A.", "1950-00-00", False),
        ("A.", "1950-01-01", False),  # may be another's 1950-00-00
        ("A.", None, False),
        (None, "1985-06-12", False),
        (None, None, False),
    ],
)
def test_it_says_how_certain_it_is_of_one_person(
    desk: Desk, initials: str | None, born: str | None, certain: bool
) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9))
    known = "UPDATE persons SET initials = %s, date_of_birth = %s, bsn = '111222333' RETURNING id"
    desk.system.rows(known, initials, born)
    (found,) = file_of(desk).persons
    assert found.linked_nl.startswith("Zeker: 2" if certain else "Waarschijnlijk dezelfde: 2")
    assert found.certain == certain


def test_it_knows_what(desk: Desk, home: int) -> None:
    found = file_of(desk)
    assert [(one.type, one.partner, one.amount, one.status, one.markable) for one in found.signals] == [
        ("reported", "welbions", 61250, "not-yet-picked-up", True),
        ("reported", "menzis", 15000, "not-yet-picked-up", True),
        ("changed", "welbions", 70000, None, False),
        ("reported", "welbions", 60000, "repeat", False),
    ]
    assert [one.case for one in found.signals] == [home, home, None, None]
    assert [(one.partner, one.reference, one.amount, one.crisis, one.is_open) for one in found.arrears] == [
        ("menzis", "P9", 15000, "end-of-insurance", True),
        ("welbions", "R1", 60000, None, True),
    ]


@pytest.mark.usefixtures("home")
def test_it_tells_when_what_threatened_is_over(desk: Desk) -> None:
    desk.take_in(change("e", "2026-11-07", P9, crisis=None), change("f", "2026-11-08", P9, "90.00"))
    assert [(one.type, one.crisis_over) for one in file_of(desk).signals][-3:] == [
        ("reported", False),
        ("changed", True),
        ("changed", False),
    ]
    desk.take_in(change("g", "2026-11-09", P9, "80.00", crisis=None))  # where nothing threatened
    assert file_of(desk).signals[-1].crisis_over is False


def test_it_knows_why(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1, "1300.00"), report("b", "2026-11-03", P9, crisis="eviction"))
    case = file_of(desk).case
    assert sum(one.points for one in case.contributions) == case.score == desk.case(HOME).score
    assert (case.policy_name, case.policy_valid_from) == ("Almelo", date(2020, 1, 1))
    assert (case.route, case.route_by_person, case.waiting) == ("home-visit", False, True)


def test_two_open_cases_are_shown_together_and_worked_by_the_gravest_route(desk: Desk, home: int) -> None:
    desk.take_in(report("e", "2026-10-02", V1))
    found = file_of(desk, EARLIER)
    assert [one.id for one in found.cases] == [desk.case(EARLIER).id, home]
    assert (found.case.route, found.worked_route) == ("letter", "home-visit")
    assert {line.case for line in found.history} == {home, desk.case(EARLIER).id}
    assert {one.case for one in found.signals} == {home, desk.case(EARLIER).id, None}


def test_its_clocks_say_what_is_due_and_what_was_done(desk: Desk, home: int) -> None:
    clocks = {clock.name: clock for clock in file_of(desk).case.clocks}
    received = desk.case(HOME).received_on
    assert clocks["contact-attempt"].due == Clocks().contact_attempt.due(received)
    assert clocks["contact-attempt"].done_on is None
    act(desk, record_attempt, home, Attempt("card", today(), None, reached=False), ANNA, today=today())
    clocks = {clock.name: clock for clock in file_of(desk).case.clocks}
    assert (clocks["contact-attempt"].done_on, clocks["first-conversation"].done_on) == (today(), None)
    act(desk, record_attempt, home, Attempt("call", today(), None, reached=True), ANNA, today=today())
    clocks = {clock.name: clock for clock in file_of(desk).case.clocks}
    assert clocks["first-conversation"].done_on == today()
    assert "decision" in clocks  # it starts with the conversation
    assert "collection-pause" not in clocks
    desk.system.rows("UPDATE persons SET date_of_birth = '1985-06-12' RETURNING id")  # certainly one person
    act(desk, close, [home], "quick-fix", ANNA)
    clocks = {clock.name: clock for clock in file_of(desk).case.clocks}
    assert clocks["collection-pause"].due == today() + timedelta(days=30)
    assert "threatening-help" in clocks  # the insurance threatens to end


def test_it_knows_what_people_did(desk: Desk, home: int) -> None:
    act(desk, claim, desk.case(HOME).household_id, ANNA)
    act(desk, change_route, home, "letter", "dog", ANNA)
    act(desk, add_note, home, "  belt liever in de ochtend ", ANNA)
    act(desk, refer, home, "nsr", ANNA)
    act(desk, mark_not_picked_up, event_number(desk, "b"), "wrongful", "already arranged", ANNA)
    act(desk, close, [home], "no-response", ANNA)
    found = file_of(desk)
    assert [note.text for note in found.notes] == ["belt liever in de ochtend"]
    assert [(one.target_name, one.result) for one in found.referrals] == [("Nederlandse Schuldhulproute", None)]
    assert found.case.route_by_person
    assert (found.case.outcome, found.case.closed_by) == ("no-response", ANNA.name)
    assert found.case.closed_at is not None
    assert [one.person_verdict for one in found.signals] == [None, "wrongful", None, None]
    assert "belt liever" not in repr(found.history)  # free text stands with the note only
    assert found.seen == found.history[-1].id


def test_there_is_none_of_a_case_that_is_not_there(desk: Desk) -> None:
    assert act(desk, dossier, 404, today=today()) is None


@pytest.mark.usefixtures("home")
def test_its_targets_are_those_of_the_policy(desk: Desk) -> None:
    assert [target.key for target in file_of(desk).targets] == [
        "nsr",
        "schuldhulp",
        "werk-en-inkomen",
        "ondernemers",
        "wijkteam",
    ]


@pytest.mark.parametrize(
    ("due", "left"),
    [
        (date(2026, 11, 20), 0),
        (date(2026, 11, 23), 1),
        (date(2026, 11, 22), 0),
        (date(2026, 11, 27), 5),
        (date(2026, 11, 19), -1),
        (date(2026, 11, 13), -5),
        (date(2026, 12, 28), 25),
    ],
)
def test_working_days_left(due: date, left: int) -> None:
    friday = date(2026, 11, 20)
    assert working_days_between(friday, due) == left


def test_an_act_on_a_household_is_told_in_its_latest_open_case() -> None:
    assert Held(1, "0141", {7: "open", 8: "open", 9: "closed"}).told_at == 8
    assert Held(1, "0141", {7: "closed", 9: "closed"}).told_at == 9
