"""Whose data did a line of the processing log concern? One person is told apart from who lives there too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from signals.commands import looks
from signals.store.audit import note_cases, note_each
from signals.store.database import transaction
from signals.store.processing import (
    ACCESS,
    DayOfUse,
    Use,
    days_of_use,
    note_processing,
    processing_of,
    processing_of_persons,
)
from tests.reference.notation import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
HERE = {"0141"}


@pytest.fixture
def cursor(desk: Desk) -> Iterator[Cursor]:
    """At one address a Berg with a case of October and one of November, and a Smit with one of November."""
    desk.take_in(
        report("a", "2026-10-02", "welbions/R1", surname="Berg"),
        report("b", "2026-11-02", "menzis/P1", surname="Smit"),
        report("c", "2026-11-02", "vitens/W1", surname="Ander", at=14),
    )
    with transaction(desk.system.engine) as cursor:
        yield cursor


@pytest.fixture
def who(cursor: Cursor) -> dict[str, int]:
    """The number of each person by surname."""
    return dict(cursor.execute("SELECT surname, id FROM persons").fetchall())


@pytest.fixture
def home(cursor: Cursor, who: dict[str, int]) -> int:
    """The household of the two."""
    row = cursor.execute("SELECT household_id FROM persons WHERE id = %s", (who["Berg"],)).fetchone()
    assert row
    return int(row[0])


def uses(cursor: Cursor, *persons: int) -> list[str]:
    return [one.activity for one in processing_of_persons(cursor, persons)]


def test_a_look_at_a_household_names_everybody_there_and_nobody_else(
    cursor: Cursor, who: dict[str, int], home: int
) -> None:
    note_each(cursor, "anna-1", "view-queue", "queue letters", None, HERE, [home], use=Use())
    (line,) = processing_of(cursor, home)
    assert line.persons == sorted((who["Berg"], who["Smit"]))
    assert [uses(cursor, one) for one in who.values()] == [
        [] if name == "Ander" else ["view-queue"] for name in who
    ]  # fmt: skip


def test_what_concerns_one_of_them_is_not_in_the_log_of_the_other(
    cursor: Cursor, who: dict[str, int], home: int
) -> None:
    use = Use(ACCESS, [who["Smit"], who["Ander"]])  # Ander is of another household: not named in a line of this one
    note_each(cursor, "anna-1", "find-person", "search", None, HERE, [home], use=use)
    note_processing(cursor, [home], "mark", persons=[who["Berg"]])
    assert [uses(cursor, who[name]) for name in ("Berg", "Smit", "Ander")] == [["mark"], ["find-person"], []]
    assert [line.persons for line in processing_of(cursor, home)] == [[who["Berg"]], [who["Smit"]]]
    assert uses(cursor, who["Berg"], who["Smit"]) == ["mark", "find-person"]
    (line,) = processing_of_persons(cursor, [who["Smit"]])
    assert (line.purpose, line.basis.split(",")[0]) == (ACCESS, "Algemene verordening gegevensbescherming")


def test_a_case_names_those_of_whom_there_is_a_signal_in_it(desk: Desk, cursor: Cursor, who: dict[str, int]) -> None:
    october, november = (desk.case(f"7607GC 12 2026-{month}").id for month in (10, 11))
    looks.note_case(cursor, october)
    assert [uses(cursor, who[name]) for name in ("Berg", "Smit")] == [["view-case"], []]
    note_cases(cursor, "anna-1", "release", [october, november], {})
    assert [uses(cursor, who[name]) for name in ("Berg", "Smit")] == [["release", "view-case"], ["release"]]
    looks.note_queue(cursor, "letters", [desk.case("7607GC 14 2026-11").household_id])
    assert uses(cursor, who["Ander"]) == ["view-queue"]


def test_a_case_that_has_no_signal_left_names_everybody_at_its_address_and_nobody_elsewhere(
    desk: Desk, cursor: Cursor, who: dict[str, int], home: int
) -> None:
    october = desk.case("7607GC 12 2026-10").id
    with cursor.connection.transaction(force_rollback=True):  # it stays in the case by the laws
        cursor.execute("UPDATE reports SET case_id = NULL, status = 'wrongful' WHERE case_id = %s", (october,))
        note_cases(cursor, "anna-1", "release", [october], {})
        assert [line.persons for line in processing_of(cursor, home)] == [sorted((who["Berg"], who["Smit"]))]


def test_a_line_of_before_is_of_all_who_were_known_there_by_then(
    cursor: Cursor, who: dict[str, int], home: int
) -> None:
    for at in (datetime.now(UTC), datetime(2020, 1, 1, tzinfo=UTC)):
        cursor.execute(
            """INSERT INTO processing_log (at, household_id, activity, purpose, basis)
            VALUES (%s, %s, 'view-case', 'vroegsignalering', 'Wgs')""",
            (at + timedelta(minutes=1), home),
        )
    assert [len(uses(cursor, who[name])) for name in ("Berg", "Smit", "Ander")] == [1, 1, 0]


def test_pages_go_back_in_time_over_all_that_was_chosen(cursor: Cursor, who: dict[str, int], home: int) -> None:
    other = cursor.execute("SELECT household_id FROM persons WHERE id = %s", (who["Ander"],)).fetchone()
    assert other
    for number, household in enumerate((home, other[0], home, other[0])):
        note_processing(cursor, [household], f"act-{number}")
    chosen = [who["Berg"], who["Ander"]]
    first = processing_of_persons(cursor, chosen, size=3)
    assert [one.activity for one in first] == ["act-3", "act-2", "act-1"]
    rest = processing_of_persons(cursor, chosen, after=first[-1].id, size=3)
    assert [one.activity for one in rest] == ["act-0"]


def at(cursor: Cursor, moment: str, home: int, activity: str, persons: list[int]) -> None:
    cursor.execute(
        """INSERT INTO processing_log (at, household_id, activity, purpose, basis, persons)
        VALUES (%s, %s, %s, 'vroegsignalering', 'Wgs', %s)""",
        (moment, home, activity, persons),
    )


def test_days_are_those_of_amsterdam_and_say_whether_it_was_also_of_another(
    cursor: Cursor, who: dict[str, int], home: int
) -> None:
    both, one = sorted((who["Berg"], who["Smit"])), [who["Smit"]]
    at(cursor, "2026-10-24T22:30Z", home, "view-case", both)  # in summer: half past midnight
    at(cursor, "2026-10-25T22:30Z", home, "view-case", both)  # the clock went back: half past eleven that day
    at(cursor, "2026-10-25T23:30Z", home, "view-case", one)
    at(cursor, "2026-10-26T10:00Z", home, "view-case", one)
    asked = ("view-case", "vroegsignalering", "Wgs")
    late = DayOfUse(date(2026, 10, 26), *asked, shared=False, times=2)
    early = DayOfUse(date(2026, 10, 25), *asked, shared=True, times=2)
    assert days_of_use(cursor, one) == [late, early]
    assert days_of_use(cursor, one, before=date(2026, 10, 26)) == [early]
    assert days_of_use(cursor, one, size=1) == [late]
    assert [(use.shared, use.times) for use in days_of_use(cursor, both)] == [(False, 2), (False, 2)]
    assert days_of_use(cursor, [who["Berg"]]) == [early]


@pytest.mark.parametrize("read", [processing_of_persons, days_of_use])
def test_a_person_is_found_in_a_long_log_by_the_index_of_households(desk: Desk, read: Any) -> None:  # noqa: ANN401
    desk.take_in(report("a", "2026-11-02", "welbions/R1", surname="Berg"))
    with transaction(desk.system.engine) as cursor:
        cursor.execute(
            """INSERT INTO processing_log (household_id, activity, purpose, basis, persons)
            SELECT -mod(n, 5000), 'view-queue', 'vroegsignalering', 'Wgs', ARRAY[-n]
            FROM generate_series(1, 50000) AS n"""
        )
        cursor.execute("ANALYZE processing_log, persons, reports, events")
        (person,) = cursor.execute("SELECT id FROM persons").fetchone() or (0,)
        asked: list[tuple[Any, ...]] = []
        plain = psycopg.Cursor(cursor.connection)

        class Noting:
            def execute(self, statement: bytes, values: object) -> None:
                asked.append((statement, values))

            def __iter__(self) -> Iterator[object]:
                return iter(())

        read(Noting(), [person])
        ((statement, values),) = asked
        plan = "\n".join(row[0] for row in plain.execute(b"EXPLAIN " + statement, values))
    assert "ix_processing_log_household" in plan
    assert "Seq Scan on processing_log" not in plan
