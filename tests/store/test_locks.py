"""What a batch stands on: rows that it made itself, with what their first event says, and rows that were there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.store.database import transaction
from signals.store.locks import LockedArrears, Opening, lock_arrears, lock_households

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

RENT = ("0141", "welbions", "R1")
CARE = ("0141", "menzis", "P1")
HOME = ("0141", "7607GC", 12, "")
NEXT_DOOR = ("0141", "7607GC", 12, "A")


def locked(desk: Desk, *openings: tuple[tuple[str, str, str], Opening]) -> LockedArrears:
    with transaction(desk.system.engine) as cursor:
        return lock_arrears(cursor, dict(openings))


def test_a_new_arrears_says_what_its_first_report_says(desk: Desk) -> None:
    found = locked(desk, (RENT, Opening("housing", "Huur", 61_250, "eviction")), (CARE, Opening("health", None)))
    assert found.new == {row.id for row in found.rows.values()}
    stored = desk.system.rows("SELECT reference, sector, last_amount, last_crisis, rise FROM arrears ORDER BY 1")
    assert stored == [("P1", "health", None, None, 0), ("R1", "housing", 61_250, "eviction", 0)]
    for key, row in found.rows.items():
        assert (row.municipality, row.partner_id, row.reference) == key
    assert (found.rows[RENT].last_amount, found.rows[RENT].ddas_type) == (61_250, "Huur")


def test_an_arrears_that_was_there_stays_as_it_was(desk: Desk) -> None:
    first = locked(desk, (RENT, Opening("housing", None, 61_250)))
    again = locked(desk, (RENT, Opening("housing", "other", 99_900, "eviction")), (CARE, Opening("health", None)))
    assert again.rows[RENT] == first.rows[RENT]
    assert again.new == {again.rows[CARE].id}


def test_households_are_made_once_and_known_afterwards(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        first = lock_households(cursor, [HOME, HOME], [])
    with transaction(desk.system.engine) as cursor:
        again = lock_households(cursor, [NEXT_DOOR, HOME], [])
    assert (first.known, first.new) == (frozenset(), frozenset(first.by_address.values()))
    assert again.by_address[HOME] == first.by_address[HOME]
    assert again.known == first.new
    assert again.new == {again.by_address[NEXT_DOOR]}
    stored = "SELECT suffix, households.id FROM households JOIN addresses ON addresses.id = address_id ORDER BY 1"
    assert desk.system.rows(stored) == [("", again.by_address[HOME]), ("A", again.by_address[NEXT_DOOR])]
