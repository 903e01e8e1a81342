"""Who waits where, in which order, and how two cases of one household are worked as one (borders.md 4.4 and 4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach import queues
from signals.outreach.case_page import case_page
from signals.outreach.release import NotReleasedError
from signals.store.database import transaction
from tests.reference.notation import change, policy, report, withdraw
from tests.reference.policy import toml_text

if TYPE_CHECKING:
    from .desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

OCTOBER, NOVEMBER = "7607GC 12 2026-10", "7607GC 12 2026-11"
R1, P9, W1 = "welbions/R1", "menzis/P9", "vitens/W1"


def letter_and_visit(desk: Desk) -> None:
    """One household with a letter of October and a visit of November."""
    desk.take_in(report("a", "2026-10-02", R1), report("b", "2026-11-02", P9), report("c", "2026-11-02", W1))


def test_priority_is_gravity_score_date_household_period(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-11-02", "welbions/A", at=1, crisis="end-of-insurance"),
        report("b", "2026-11-02", "welbions/B", at=2, crisis="disconnection"),
        report("c", "2026-11-02", "welbions/C", at=3, crisis="eviction"),
        report("d", "2026-11-02", "welbions/D", at=4, crisis="end-of-delivery"),
        report("e", "2026-11-02", "welbions/E", at=10),
        report("f", "2026-11-02", "welbions/F", at=9),
        report("g", "2026-11-01", "welbions/G", at=11),
        report("h", "2026-11-02", "welbions/H", at="9A"),
        report("i", "2026-11-03", "welbions/I", "1000.00", at=20),
        report("j", "2026-11-02", "welbions/J", at=30),
        report("k", "2026-11-02", "menzis/K", "200.00", at=30),
        report("z", "2026-11-02", "welbions/Z", at=40),
        withdraw("y", "2026-11-03", "welbions/Z", "paid"),
    )
    by_priority = sorted((case.priority or 99, case.household) for case in desk.cases().values())
    assert by_priority == [
        (1, "7607GC 3"),
        (2, "7607GC 2"),
        (3, "7607GC 1"),
        (4, "7607GC 30"),  # two partners
        (5, "7607GC 4"),  # end of delivery only adds points
        (6, "7607GC 20"),  # several months of rent
        (7, "7607GC 11"),  # the earliest
        (8, "7607GC 9"),
        (9, "7607GC 9 A"),
        (10, "7607GC 10"),  # numbers, not texts
        (99, "7607GC 40"),  # closed: none
    ]


def test_priorities_count_per_municipality(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-11-02", R1, crisis="eviction"),
        report("b", "2026-11-02", R1, municipality="0164"),
        report("c", "2026-11-02", P9, municipality="0164", at=14),
    )
    with transaction(desk.system.engine) as cursor:
        listed = queues.listed_cases(cursor)
    assert [(case.municipality, case.priority) for case in listed] == [("0141", 1), ("0164", 1), ("0164", 2)]


def test_a_queue_shows_the_priority_of_all_open_cases(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-11-02", R1), report("b", "2026-11-02", P9, at=14), report("c", "2026-11-02", W1, at=14)
    )
    with transaction(desk.system.engine) as cursor:
        (letter,) = queues.queue(cursor, "letters", "0141")
        (visit,) = queues.queue(cursor, "visits")
    assert (visit.priority, letter.priority) == (1, 2)


def test_two_cases_of_one_household_are_worked_as_one(desk: Desk) -> None:
    letter_and_visit(desk)
    assert desk.lines() == {OCTOBER: "open letter 1", NOVEMBER: "open home-visit 2"}
    assert sorted(desk.queue("visits")) == [OCTOBER, NOVEMBER]
    assert desk.queue("letters") == []
    assert desk.case(OCTOBER).worked_route == "home-visit"


def test_no_letter_goes_out_while_a_visit_waits(desk: Desk) -> None:
    letter_and_visit(desk)
    visit = desk.case(NOVEMBER).id
    with pytest.raises(
        NotReleasedError, match=f"no letter goes out while a visit waits .* release case {visit} with it"
    ):
        desk.release(OCTOBER)
    desk.release(OCTOBER, NOVEMBER)
    assert desk.queue("visits") == []


def test_the_visit_may_go_first_and_the_letter_after_it(desk: Desk) -> None:
    letter_and_visit(desk)
    desk.release(NOVEMBER)
    desk.release(OCTOBER)
    assert {case.released_route for case in desk.cases().values()} == {"letter", "home-visit"}


def test_a_closed_case_does_not_weigh_in(desk: Desk) -> None:
    letter_and_visit(desk)
    desk.take_in(withdraw("d", "2026-11-05", P9, "paid"), withdraw("e", "2026-11-05", W1, "paid"))
    assert desk.lines() == {OCTOBER: "open letter 1", NOVEMBER: "closed none 0"}
    assert desk.queue("letters") == [OCTOBER]


def test_neighbours_are_not_worked_as_one(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-11-02", R1), report("b", "2026-11-02", P9, at="12A"), report("c", "2026-11-02", W1, at="12A")
    )
    assert desk.queue("letters") == [NOVEMBER]
    assert desk.queue("visits") == ["7607GC 12 A 2026-11"]


def test_what_is_held_stands_in_review_only(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-02", R1), report("b", "2026-11-02", P9))
    desk.take_in(withdraw("c", "2026-11-05", P9, "deceased"))
    assert desk.queue("review") == [OCTOBER]
    assert desk.queue("letters") == []
    assert desk.queue("visits") == []
    case = desk.case(OCTOBER)
    assert (case.state, case.route, case.priority) == ("open", "letter", 1)
    assert ("held", {"reason": "deceased"}) in desk.history(case.id)


def test_a_late_correction_of_the_death_lets_go(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-02", R1), report("b", "2026-11-02", P9, "100.00"))
    desk.take_in(withdraw("c", "2026-11-05", P9, "deceased"))
    desk.take_in(report("z", "2026-11-04", P9, at=14))  # before the death the arrears had moved
    assert desk.queue("review") == []
    assert desk.queue("letters") == [OCTOBER]


@pytest.mark.parametrize("crisis", ["eviction", "disconnection", "end-of-insurance", "end-of-delivery"])
def test_a_crisis_alerts_the_review_queue_and_stays_in_its_own(desk: Desk, crisis: str) -> None:
    desk.take_in(report("a", "2026-11-02", R1, crisis=crisis), report("b", "2026-11-02", P9, at=14))
    assert desk.queue("review") == [NOVEMBER]
    assert desk.queue("letters")[0] == NOVEMBER
    desk.release(NOVEMBER)
    assert desk.queue("review") == []


def test_a_crisis_that_is_over_leaves_the_review_queue(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1, crisis="eviction"))
    desk.take_in(change("b", "2026-11-05", R1, crisis=None))
    assert desk.queue("review") == []
    assert desk.queue("letters") == [NOVEMBER]


def test_a_crisis_may_have_a_route_of_its_own(desk: Desk) -> None:
    desk.begin([toml_text(policy(route={"one": "letter", "more": "home-visit", "crisis": {"eviction": "home-visit"}}))])
    desk.take_in(report("a", "2026-11-02", R1, crisis="eviction"))
    assert desk.lines() == {NOVEMBER: "open home-visit 1"}
    assert desk.queue("visits") == desk.queue("review") == [NOVEMBER]


def test_queues_are_of_one_municipality_when_asked(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", R1, municipality="0164"))
    assert desk.queue("letters") == [NOVEMBER]
    with transaction(desk.system.engine) as cursor:
        assert [case.municipality for case in queues.queue(cursor, "letters")] == ["0141", "0164"]


def test_the_first_due_day_of_a_case(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    with transaction(desk.system.engine) as cursor:
        cases = queues.queue(cursor, "letters")
        due = queues.first_due(cases, queues.policy_book(cursor))
    assert (due[cases[0].id] - cases[0].received_on).days == 14


def test_the_page_of_a_case(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-10-02", R1, "90.00"),
        report("b", "2026-11-02", R1, "100.00"),
        report("c", "2026-11-03", P9, crisis="eviction"),
        change("d", "2026-11-05", R1, "120.00", crisis=None),
        withdraw("e", "2026-11-06", P9, "paid"),
    )
    with transaction(desk.system.engine) as cursor:
        page = case_page(cursor, desk.case(NOVEMBER).id)
        assert case_page(cursor, 4711) is None
    assert page is not None
    assert page["arrears"] == [
        {"partner": "menzis", "reference": "P9", "amount": "100.00", "status": "withdrawn"},
        {"partner": "welbions", "reference": "R1", "amount": "120.00", "status": "open"},
    ]
    assert page["flags"] == ["consecutive", "waiting"]
    assert (page["worked_as"], page["released"], page["outcome"]) == ("letter", None, None)
    assert page["policy"]["name"] == "Almelo"
    assert [(one["partner"], one["type"], one["signalled_on"]) for one in page["signals"]] == [
        ("welbions", "reported", "2026-10-02"),
        ("welbions", "reported", "2026-11-02"),
        ("menzis", "reported", "2026-11-03"),
        ("welbions", "changed", "2026-11-05"),
        ("menzis", "withdrawn", "2026-11-06"),
    ]
    assert [one.get("in_this_case") for one in page["signals"]] == [False, True, True, None, None]
    assert page["signals"][3] == {
        "partner": "welbions",
        "reference": "R1",
        "type": "changed",
        "signalled_on": "2026-11-05",
        "amount": "120.00",
        "crisis": None,
    }
    assert sum(one["points"] for one in page["explanation"]) == page["score"]
    assert page["history"][0]["kind"] == "opened"
