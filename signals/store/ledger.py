"""What is stored of these arrears and households, and how is the difference written? (design.md section 5)

Rows in, rows out; what they should say is decided above. The locks of `locks` are held while these run.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from signals.store.sets import as_json, copy_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    import psycopg

    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class EventRow:
    """One stored event."""

    id: int
    arrears_id: int
    type: str
    signalled_on: date
    time_us: int
    event_id: str
    source: str
    amount: int | None
    crisis: str | None
    crisis_given: bool
    reason: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One stored report with what was judged of it."""

    event_id: int
    arrears_id: int
    household_id: int
    municipality: str
    person_id: int
    kind: str
    arisen_on: date | None
    objected: bool
    warm_transfer: bool
    legal_person: bool
    verdict: str | None
    street: str | None
    house_number_text: str
    city: str | None
    phone: str | None
    email: str | None
    status: str
    withdrawn: str | None
    withdrawn_on: date | None
    case_id: int | None
    period: str
    period_start: date
    policy_id: int
    raised_by: int | None
    picked_up: bool


@dataclass(frozen=True, slots=True)
class PlacedReport:
    """A stored report as the cases of its household need it."""

    event_id: int
    arrears_id: int
    household_id: int
    arisen_on: date | None
    objected: bool
    warm_transfer: bool
    legal_person: bool
    verdict: str | None
    status: str
    withdrawn: str | None
    withdrawn_on: date | None
    case_id: int | None
    period: str
    period_start: date
    policy_id: int
    raised_by: int | None
    picked_up: bool
    signalled_on: date
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ArrearsRow:
    """An arrears with what is last known of it."""

    id: int
    municipality: str
    partner_id: str
    reference: str
    sector: str
    ddas_type: str | None
    last_amount: int | None
    last_crisis: str | None
    rise: int
    deceased_household_id: int | None
    deceased_on: date | None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A stored case."""

    id: int
    household_id: int
    municipality: str
    period: str
    period_start: date
    state: str
    route: str
    arrears_count: int
    multiple: bool
    consecutive: bool
    crisis: str | None
    score: int
    explanation: list[dict[str, Any]]
    earliest_on: date
    received_on: date
    policy_id: int
    waiting: bool
    waiting_since: datetime | None
    held: bool
    reviewed_through: date | None
    released_route: str | None
    released_through: int | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line to be added to a case's history."""

    case_id: int
    actor: str
    kind: str
    detail: dict[str, Any]


def _columns(row: type) -> list[str]:
    return [column.name for column in fields(row)]


def _select(cursor: Cursor, row: type, source: str, parameters: Sequence[Any], columns: str) -> list[Any]:
    reading: psycopg.Cursor[Any] = cursor.connection.cursor(row_factory=class_row(row))
    with reading:
        found: list[Any] = reading.execute(f"SELECT {columns} FROM {source}", parameters).fetchall()  # noqa: S608 - our own column names
    return found


def events_of(cursor: Cursor, arrears: Collection[int]) -> list[EventRow]:
    """All stored events of these arrears."""
    columns = ", ".join(_columns(EventRow))
    return _select(cursor, EventRow, "events WHERE arrears_id = ANY(%s)", [list(arrears)], columns)


def reports_at(cursor: Cursor, households: Collection[int]) -> list[PlacedReport]:
    """All reports at these households."""
    columns = ", ".join(
        f"events.{c}" if c in {"signalled_on", "received_at"} else f"reports.{c}" for c in _columns(PlacedReport)
    )
    source = "reports JOIN events ON events.id = reports.event_id WHERE household_id = ANY(%s)"
    return _select(cursor, PlacedReport, source, [list(households)], columns)


def arrears_rows(cursor: Cursor, arrears: Collection[int]) -> list[ArrearsRow]:
    """These arrears with their partner's DDAS type."""
    columns = ", ".join(c if c == "ddas_type" else f"arrears.{c}" for c in _columns(ArrearsRow))
    source = "arrears JOIN partners ON partners.id = partner_id WHERE arrears.id = ANY(%s)"
    return _select(cursor, ArrearsRow, source, [list(arrears)], columns.replace("arrears.sector", "arrears.sector"))


def deceased_at(cursor: Cursor, households: Collection[int]) -> list[tuple[int, int, date]]:
    """(household, arrears, day) of every withdrawal as deceased that concerns these households."""
    cursor.execute(
        """SELECT deceased_household_id, id, deceased_on FROM arrears
        WHERE deceased_household_id = ANY(%s) AND deceased_on IS NOT NULL""",  # as the index has it
        (list(households),),
    )
    return [(household, number, day) for household, number, day in cursor]


def cases_at(cursor: Cursor, households: Collection[int]) -> list[CaseRow]:
    """All cases of these households, removed ones included."""
    columns = ", ".join(_columns(CaseRow))
    return _select(cursor, CaseRow, "cases WHERE household_id = ANY(%s)", [list(households)], columns)


def add_events(cursor: Cursor, rows: Sequence[EventRow]) -> None:
    """Insert events."""
    _copy(cursor, "events", rows)


def add_reports(cursor: Cursor, rows: Sequence[ReportRow]) -> None:
    """Insert reports."""
    _copy(cursor, "reports", rows)


def _copy(cursor: Cursor, table: str, rows: Sequence[Any]) -> None:
    if rows:
        columns = _columns(type(rows[0]))
        copy_rows(cursor, table, columns, ([getattr(row, column) for column in columns] for row in rows))


def add_cases(cursor: Cursor, rows: Sequence[CaseRow]) -> None:
    """Insert cases (through JSON: an explanation is a document)."""
    if rows:
        columns = ", ".join(_columns(CaseRow))
        cursor.execute(
            f"INSERT INTO cases ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::cases, %s)",  # noqa: S608
            (as_json([_fields(row) for row in rows]),),
        )


# What judging may change of a case; the rest is fixed or a person's.
JUDGED_CASE = (
    "state",
    "route",
    "arrears_count",
    "multiple",
    "consecutive",
    "crisis",
    "score",
    "explanation",
    "earliest_on",
    "received_on",
    "policy_id",
    "waiting",
    "waiting_since",
    "held",
    "outcome",
)
# What judging decides of a report.
JUDGED_REPORT = ("status", "withdrawn", "withdrawn_on", "case_id", "period", "period_start", "policy_id", "raised_by")


def update_cases(cursor: Cursor, rows: Sequence[CaseRow]) -> None:
    """Write what judging decided of cases that exist."""
    _update(cursor, "cases", "id", JUDGED_CASE, rows)


def update_reports(cursor: Cursor, rows: Sequence[PlacedReport]) -> None:
    """Write what judging decided of reports that exist."""
    _update(cursor, "reports", "event_id", JUDGED_REPORT, rows)


def update_arrears(cursor: Cursor, rows: Sequence[ArrearsRow]) -> None:
    """Write what is last known of arrears."""
    columns = ("last_amount", "last_crisis", "rise", "deceased_household_id", "deceased_on")
    _update(cursor, "arrears", "id", columns, rows)


def _update(cursor: Cursor, table: str, key: str, columns: Sequence[str], rows: Sequence[Any]) -> None:
    if not rows:
        return
    settings = ", ".join(f"{column} = r.{column}" for column in columns)
    cursor.execute(
        f"UPDATE {table} AS t SET {settings} FROM json_populate_recordset(NULL::{table}, %s) AS r "  # noqa: S608
        f"WHERE t.{key} = r.{key}",
        (as_json([{c: getattr(row, c) for c in (key, *columns)} for row in rows]),),
    )


def _fields(row: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the row types above
    return {column: getattr(row, column) for column in _columns(type(row))}


def add_history(cursor: Cursor, rows: Sequence[HistoryRow]) -> None:
    """Add history lines, in the order given."""
    if rows:
        cursor.execute(
            """INSERT INTO case_history (case_id, actor, kind, detail)
            SELECT case_id, actor, kind, detail
            FROM json_to_recordset(%s) AS r(case_id bigint, actor text, kind text, detail jsonb)""",
            (as_json([_fields(row) for row in rows]),),
        )
