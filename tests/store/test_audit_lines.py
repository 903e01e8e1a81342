"""Of which municipality is a line of the audit log, and which households does it name? With cases that came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.store.audit import AuditFilter, audit_page, note_cases, note_each
from signals.store.database import transaction
from signals.store.processing import processing_of
from tests.reference.notation import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
BOTH = {"0141", "0164"}


@pytest.fixture
def cursor(desk: Desk) -> Iterator[Cursor]:
    """Two households of Almelo and one of Hengelo, each with one case."""
    desk.take_in(
        report("a", "2026-11-02", "welbions/R1"),
        report("b", "2026-11-02", "menzis/P1", at=14),
        report("c", "2026-11-02", "welbions/R2", municipality="0164"),
    )
    with transaction(desk.system.engine) as cursor:
        yield cursor


@pytest.fixture
def known(cursor: Cursor) -> dict[str, list[tuple[int, int]]]:
    """By municipality: the numbers of each household and its case."""
    cursor.execute("SELECT municipality, array_agg(ARRAY[household_id, id] ORDER BY id) FROM cases GROUP BY 1")
    return {municipality: [(household, case) for household, case in pairs] for municipality, pairs in cursor}


def lines(cursor: Cursor, municipality: str, actor: str = "anna-1") -> list[tuple[str, str | None, list[int]]]:
    """What this municipality's auditor sees of her, oldest first."""
    found = audit_page(cursor, AuditFilter(frozenset({municipality}), actors=(actor,)))
    return [(line.subject, line.municipality, line.households) for line in reversed(found)]


def test_a_list_is_noted_for_each_municipality_with_its_own_households(
    cursor: Cursor, known: dict[str, list[tuple[int, int]]]
) -> None:
    (one, _), (two, _) = sorted(known["0141"])
    ((there, _),) = known["0164"]
    note_each(cursor, "anna-1", "search", "search", {}, {*BOTH, "0150"}, [there, two, one, two])
    assert lines(cursor, "0141") == [("search", "0141", [one, two])]
    assert lines(cursor, "0164") == [("search", "0164", [there])]
    assert lines(cursor, "0150") == []


def test_what_concerns_nobody_is_noted_for_each_municipality_of_the_user(cursor: Cursor) -> None:
    note_each(cursor, "anna-1", "search", "search", {}, BOTH)
    assert [lines(cursor, one) for one in ("0141", "0164", "0150")] == [
        [("search", "0141", [])], [("search", "0164", [])], []
    ]  # fmt: skip


def test_no_line_is_lost_because_a_household_is_gone(cursor: Cursor) -> None:
    note_each(cursor, "anna-1", "search", "search", {}, {"0141"}, [12345678])
    note_each(cursor, "anna-1", "search", "search", {}, BOTH, [12345678])
    assert lines(cursor, "0141") == [("search", "0141", [12345678]), ("search", None, [12345678])]


def test_what_is_done_with_many_cases_is_in_both_logs_case_by_case(
    cursor: Cursor, known: dict[str, list[tuple[int, int]]]
) -> None:
    (one, first), (two, _) = known["0141"]
    ((there, elsewhere),) = known["0164"]
    note_cases(cursor, "anna-1", "release", [elsewhere, first], {"reviewed": False})
    assert lines(cursor, "0141") == [(f"case {first}", "0141", [one])]
    assert lines(cursor, "0164") == [(f"case {elsewhere}", "0164", [there])]
    uses = [[use.activity for use in processing_of(cursor, household)] for household in (one, two, there)]
    assert uses == [["release"], [], ["release"]]


def test_a_release_names_the_household_whoever_lets_it_go(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", "welbions/R1"))
    case = desk.case("7607GC 12 2026-11")
    desk.release("7607GC 12 2026-11", actor="cli:anna")
    with transaction(desk.system.engine) as cursor:
        assert lines(cursor, "0141", "cli:anna") == [(f"case {case.id}", "0141", [case.household_id])]
        assert [use.activity for use in processing_of(cursor, case.household_id)] == ["release"]
