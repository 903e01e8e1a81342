"""The two logs: what users saw and did, and for what a household's data were used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from signals.store import audit
from signals.store.audit import AuditFilter, audit_acts, audit_export, audit_page, households_seen, note
from signals.store.database import transaction
from signals.store.processing import note_processing, processing_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from signals.store.database import Cursor

pytestmark = pytest.mark.database
HERE = frozenset({"0141"})


@pytest.fixture
def cursor(engine: Engine) -> Iterator[Cursor]:
    """A transaction on a database of its own."""
    with transaction(engine) as cursor:
        yield cursor


@pytest.fixture
def lines(cursor: Cursor) -> None:
    """Two people, two subjects, two municipalities and none."""
    note(cursor, "anna-1", "viewed", "case 1", municipality="0141")
    note(cursor, "bram-2", "viewed", "case 1", {"from": "search"}, municipality="0141")
    note(cursor, "anna-1", "closed", "case 2", municipality="0141")
    note(cursor, "els-5", "viewed", "case 9", municipality="0164")
    note(cursor, "operator", "policy", "0141")


def found(cursor: Cursor, wanted: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one.actor, one.action, one.subject) for one in audit_page(cursor, AuditFilter(HERE, **wanted))]


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 4),  # those of another municipality are not for this auditor
        ({"actors": ("anna-1",)}, 2),
        ({"actors": ("anna-1", "bram-2", "els-5")}, 3),
        ({"action": "viewed"}, 2),
        ({"subjects": ("case 1",)}, 2),
        ({"subjects": ("case 1", "case 2")}, 3),
        ({"actors": ("anna-1",), "action": "viewed"}, 1),
        ({"first": datetime.now(UTC) - timedelta(hours=1)}, 4),
        ({"before": datetime.now(UTC) - timedelta(hours=1)}, 0),
    ],
)
def test_the_lines_that_are_asked_for(cursor: Cursor, wanted: dict[str, Any], count: int) -> None:
    assert len(found(cursor, wanted)) == count


@pytest.mark.usefixtures("lines")
def test_pages_go_back_in_time_and_an_export_forward(cursor: Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    first = audit_page(cursor, AuditFilter(HERE), size=3)
    rest = audit_page(cursor, AuditFilter(HERE), after=first[-1].id, size=3)
    numbers = [one.id for one in (*first, *rest)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 4
    monkeypatch.setattr(audit, "_EXPORTED_AT_ONCE", 3)
    exported = list(audit_export(cursor, AuditFilter(HERE)))
    assert [one.id for one in exported] == numbers[::-1]
    assert exported[1].detail == {"from": "search"}
    assert [one.municipality for one in exported] == ["0141", "0141", "0141", None]


ACTS = """
INSERT INTO audit (at, actor, action, subject, municipality, households)
SELECT timestamptz '2026-11-22 09:00Z' + minute * interval '1 minute', actor, action, 'case ' || n, town, ARRAY[n]
FROM (VALUES (1, 0, 'anna-1', 'release', '0141'), (2, 0, 'bram-2', 'release', '0141'),
    (3, 0, 'anna-1', 'release', '0141'), (4, 0, 'anna-1', 'attempt', '0141'), (5, 1, 'anna-1', 'release', '0141'),
    (6, 0, 'anna-1', 'release', '0141'), (7, 0, 'anna-1', 'release', '0164'), (8, 0, 'anna-1', 'release', '0141')
) AS told(n, minute, actor, action, town) ORDER BY n
"""


def test_an_act_on_many_cases_stands_where_its_newest_line_is(cursor: Cursor) -> None:
    """Another's line between them, another action and another moment are acts of their own."""
    cursor.execute(ACTS)
    note(cursor, "operator", "partners", "partner welbions", municipality="0141")
    note(cursor, "operator", "partners", "partner menzis", municipality="0141")  # what it is about tells the difference
    told = [(one.line.subject, one.lines, one.households) for one in audit_acts(cursor, AuditFilter(HERE))]
    assert told == [
        ("partner menzis", 1, 0), ("partner welbions", 1, 0), ("case 8", 4, 4),
        ("case 5", 1, 1), ("case 4", 1, 1), ("case 2", 1, 1),
    ]  # fmt: skip
    assert [(one.line.subject, one.lines) for one in audit_acts(cursor, AuditFilter(HERE, household=3))] == [
        ("case 3", 1)  # of one household: what was done to it
    ]


def test_no_act_is_told_twice_on_pages_that_are_smaller_than_it(cursor: Cursor) -> None:
    cursor.execute(ACTS)
    told, after = [], None
    for _ in range(9):
        page = audit_acts(cursor, AuditFilter(HERE), after, size=1)
        told += [one.line.subject for one in page]
        after = page[-1].line.id if page else 0
    assert told == ["case 8", "case 5", "case 4", "case 2"]
    newest = audit_acts(cursor, AuditFilter(HERE))[0].line.id
    assert [one.subject for one in audit_page(cursor, AuditFilter(HERE, act=newest))] == [
        "case 8", "case 6", "case 3", "case 1"
    ]  # fmt: skip
    assert audit_page(cursor, AuditFilter(frozenset({"0164"}), act=newest)) == []  # of another municipality


def test_a_use_of_data_is_told_per_household_and_without_a_user(cursor: Cursor) -> None:
    note_processing(cursor, [2, 1, 2], "case-viewed", "early warning", "Wgs art. 3")
    note_processing(cursor, [], "case-viewed", "early warning", "Wgs art. 3")
    note_processing(cursor, [1], "letter-sent", "early warning", "Wgs art. 3")
    mine = processing_of(cursor, 1)
    assert [one.activity for one in mine] == ["letter-sent", "case-viewed"]
    assert [one.household for one in processing_of(cursor, 2)] == [2]
    assert processing_of(cursor, 1, after=mine[0].id) == mine[1:]
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'processing_log'")
    columns = {name for (name,) in cursor}
    assert columns == {"id", "at", "household_id", "persons", "activity", "purpose", "basis"}


def test_a_household_is_found_in_every_list_and_in_lines_that_only_name_its_case(cursor: Cursor) -> None:
    note(cursor, "anna-1", "search", "search", municipality="0141", households=[7, 8])
    note(cursor, "anna-1", "search", "search", municipality="0141", households=[8])
    note(cursor, "anna-1", "view-case", "case 12", municipality="0141", households=[7])
    note(cursor, "bram-2", "view-case", "case 12", municipality="0141")  # from before the numbers were kept
    note(cursor, "els-5", "view-case", "case 12", municipality="0164", households=[7])
    wanted: dict[str, Any] = {"household": 7, "subjects": ("case 12", "household 7")}
    assert found(cursor, wanted) == [
        ("bram-2", "view-case", "case 12"), ("anna-1", "view-case", "case 12"), ("anna-1", "search", "search")
    ]  # fmt: skip
    assert found(cursor, {**wanted, "actors": ("bram-2",)}) == [("bram-2", "view-case", "case 12")]
    assert len(list(audit_export(cursor, AuditFilter(HERE, **wanted)))) == 3


def test_what_somebody_saw_is_told_by_household(cursor: Cursor) -> None:
    for households in ([7, 8], [8], [], [9]):
        note(cursor, "anna-1", "search", "search", municipality="0141", households=households)
    note(cursor, "anna-1", "search", "search", municipality="0164", households=[10])
    note(cursor, "bram-2", "search", "search", municipality="0141", households=[7])
    wanted = AuditFilter(HERE, actors=("anna-1",))
    first = households_seen(cursor, wanted, size=2)
    assert [(one.household, one.lines) for one in first] == [(7, 1), (8, 2)]
    assert first[0].first == first[0].last
    assert [one.household for one in households_seen(cursor, wanted, after=8, size=2)] == [9]
    assert households_seen(cursor, AuditFilter(HERE, actors=("anna-1",), before=datetime(2020, 1, 1, tzinfo=UTC))) == []
