"""All eight statuses on the real database: what lists, policy, withdrawals and people make of a report."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from signals.contract.codes import STATUSES
from signals.households.listings import ListedPerson, read_listing
from tests.reference.notation import change, report, withdraw

if TYPE_CHECKING:
    from .desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

WHOLE_ADDRESS = "municipality,postcode,house_number,reason\n0141,7607 gc,16,safety\n"
R1 = "welbions/R1"


def person(desk: Desk, event: str, at: int, **fields: str) -> None:
    """Take in one health report about a person with these fields."""
    line = report(event, "2026-11-02", f"menzis/{event}", at=at).line()
    written = '"person": {"initials": "A.", "surname": "Jansen", "businessName": null}'
    assert written in line
    said = ", ".join(f'"{name}": "{value}"' for name, value in fields.items())
    value = line[line.index('"value": ') + len('"value": ') : -1].replace(written, f'"person": {{{said}}}')
    desk.intake.store([desk.record("arrears.health.menzis", value.encode())])


def test_all_eight_statuses_are_reached(desk: Desk) -> None:
    desk.replace_listing("caseload", ListedPerson("0141", bsn="999990019"))
    desk.replace_listing("exclusion", *read_listing(WHOLE_ADDRESS, "exclusions"))
    person(desk, "caseload", 15, surname="De Vries", bsn="999990019")
    desk.take_in(
        report("excluded", "2026-11-02", "welbions/X", at=16),
        report("waiting", "2026-11-02", "welbions/A", at=1),
        report("taken-up", "2026-11-02", "welbions/B", at=2),
        report("again", "2026-11-05", "welbions/B", at=2),
        report("small", "2026-11-02", "welbions/C", "49.99", at=3),
        report("dead", "2026-11-02", "welbions/D", at=4),
        withdraw("dead-w", "2026-11-03", "welbions/D", "deceased"),
        report("gone", "2026-11-02", "welbions/E", at=5),
        withdraw("gone-w", "2026-11-03", "welbions/E", "moved"),
    )
    desk.release("7607GC 2 2026-11")
    statuses = desk.statuses()
    assert statuses == {
        "caseload": "known-to-debt-help",
        "excluded": "other-reason",
        "waiting": "not-yet-picked-up",
        "taken-up": "picked-up",
        "again": "repeat",
        "small": "wrongful",
        "dead": "deceased",
        "gone": "not-a-resident",
    }
    assert set(statuses.values()) == set(STATUSES)


def test_a_listed_person_is_in_no_case_and_moves_no_neighbour(desk: Desk) -> None:
    desk.replace_listing("caseload", ListedPerson("0141", surname="jansen", date_of_birth=date(1985, 6, 12)))
    person(desk, "a", 12, surname="Jansen", dateOfBirth="1985-06-12")
    person(desk, "b", 12, surname="Pietersen", dateOfBirth="1985-06-12")
    person(desk, "c", 12, surname="Jansen", dateOfBirth="1985-06-13")
    assert desk.statuses() == {"a": "known-to-debt-help", "b": "not-yet-picked-up", "c": "not-yet-picked-up"}
    assert desk.lines() == {"7607GC 12 2026-11": "open home-visit 2"}


def test_the_caseload_goes_before_the_exclusion_list(desk: Desk) -> None:
    desk.replace_listing("exclusion", *read_listing(WHOLE_ADDRESS, "exclusions"))
    desk.replace_listing("caseload", ListedPerson("0141", bsn="999990019"))
    person(desk, "a", 16, surname="Jansen", bsn="999990019")
    assert desk.statuses() == {"a": "known-to-debt-help"}


def test_a_list_goes_before_a_crisis_and_keeps_its_word(desk: Desk) -> None:
    desk.replace_listing("exclusion", *read_listing(WHOLE_ADDRESS, "exclusions"))
    desk.take_in(report("a", "2026-11-02", R1, at=16, crisis="eviction"))
    desk.replace_listing("exclusion")
    desk.take_in(change("b", "2026-11-03", R1, "900.00"), report("c", "2026-11-04", R1, at=16))
    assert desk.statuses() == {"a": "other-reason", "c": "not-yet-picked-up"}


def test_lists_are_of_one_municipality(desk: Desk) -> None:
    desk.replace_listing("exclusion", *read_listing(WHOLE_ADDRESS, "exclusions"))
    desk.take_in(report("a", "2026-11-02", R1, at=16, municipality="0164"))
    assert desk.statuses() == {"a": "not-yet-picked-up"}


def test_a_withdrawal_leaves_a_listed_report_as_it_was(desk: Desk) -> None:
    desk.replace_listing("caseload", ListedPerson("0141", bsn="999990019"))
    person(desk, "a", 12, surname="Jansen", bsn="999990019")
    desk.take_in(withdraw("b", "2026-11-05", "menzis/a", "wrongful"))
    assert desk.statuses() == {"a": "known-to-debt-help"}


def test_a_withdrawn_report_may_not_be_closed_as_a_repeat_later(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), withdraw("b", "2026-11-03", R1, "paid"))
    desk.take_in(report("c", "2026-11-04", R1))
    assert desk.statuses() == {"a": "other-reason", "c": "not-yet-picked-up"}
    assert desk.lines() == {"7607GC 12 2026-11": "open letter 1"}
