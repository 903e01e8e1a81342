"""What is stored of these arrears and households, and how is the difference written? (design.md section 5)

Rows in, rows out; what they should say is decided above. The locks of `locks` are held while these run.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec.structs import astuple

from signals.store.sets import as_json, copy_rows, document

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from signals.store.database import Cursor

_Row = TypeVar("_Row", bound=msgspec.Struct)


class EventRow(msgspec.Struct, frozen=True, gc=False):
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


class ReportRow(msgspec.Struct, frozen=True, gc=False):
    """What one report said and where it belongs; what is judged of it stands in its `PlacedReport`."""

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


class PlacedReport(msgspec.Struct, frozen=True, gc=False):
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
    person_verdict: str | None = None  # a person said why it is not picked up,
    person_verdict_through: int | None = None  # and the youngest event of its arrears by then
    person_id: int = 0
    deceased_on: date | None = None  # the day on which somebody of the municipality said that this person died
    amount: int = 0  # cents


class ArrearsRow(msgspec.Struct, frozen=True, gc=False):
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


class CaseRow(msgspec.Struct, frozen=True, gc=False):
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
    earliest_on: date
    received_on: date
    policy_id: int
    waiting: bool
    waiting_since: datetime | None
    held: bool
    reviewed_through: date | None
    reviewed_marks: list[int]  # reports whose `deceased_on` was looked at
    released_route: str | None
    released_through: int | None
    outcome: str | None
    person_route: str | None
    person_route_through: int | None
    closed_outcome: str | None
    closed_through: int | None
    scored_by: int | None  # the model that the score is of; None is the decision framework
    shadow_by: int | None  # the model on trial,
    shadow_score: int | None  # and what it says
    explanation: str  # JSON; the last, because it is sent in a form of its own


class HistoryRow(msgspec.Struct, frozen=True, gc=False):
    """One line to be added to a case's history."""

    case_id: int
    actor: str
    kind: str
    detail: dict[str, Any]


# What judging may change of a case; the rest is fixed or a person's.
JUDGED_CASE: Final = (
    "state",
    "route",
    "arrears_count",
    "multiple",
    "consecutive",
    "crisis",
    "score",
    "scored_by",
    "shadow_by",
    "shadow_score",
    "explanation",
    "earliest_on",
    "received_on",
    "policy_id",
    "waiting",
    "waiting_since",
    "held",
    "outcome",
)
# What judging decides of a report, and of an arrears.
JUDGED_REPORT: Final = (
    "status",
    "withdrawn",
    "withdrawn_on",
    "case_id",
    "period",
    "period_start",
    "policy_id",
    "raised_by",
)
JUDGED_ARREARS: Final = ("last_amount", "last_crisis", "rise", "deceased_household_id", "deceased_on")
_judged_report = attrgetter(*JUDGED_REPORT)
# Where a column is not simply the table's own.
_OF_THE_EVENT: Final = {
    "signalled_on": "events.signalled_on",
    "received_at": "events.received_at",
    "amount": "events.amount",
}
_AS_TEXT: Final = {"explanation": "explanation::text"}
_OUT_OF_TEXT: Final = {"explanation": "(r.explanation #>> '{}')::jsonb"}  # a document inside a document


def _select(
    cursor: Cursor, row: type[_Row], table: str, source: str, ids: Iterable[int], named: Mapping[str, str]
) -> list[_Row]:
    columns = ", ".join(named.get(column, f"{table}.{column}") for column in row.__struct_fields__)
    cursor.execute(f"SELECT {columns} FROM {source}", (list(ids),))  # noqa: S608 - our own column names
    return [row(*values) for values in cursor.fetchall()]


def events_of(cursor: Cursor, arrears: Collection[int]) -> list[EventRow]:
    """All stored events of these arrears."""
    return _select(cursor, EventRow, "events", "events WHERE arrears_id = ANY(%s)", arrears, {})


def reports_at(cursor: Cursor, households: Collection[int]) -> list[PlacedReport]:
    """All reports at these households."""
    source = "reports JOIN events ON events.id = reports.event_id WHERE household_id = ANY(%s)"
    return _select(cursor, PlacedReport, "reports", source, households, _OF_THE_EVENT)


def arrears_rows(cursor: Cursor, arrears: Collection[int]) -> list[ArrearsRow]:
    """These arrears with their partner's DDAS type."""
    source = "arrears JOIN partners ON partners.id = partner_id WHERE arrears.id = ANY(%s)"
    return _select(cursor, ArrearsRow, "arrears", source, arrears, {"ddas_type": "ddas_type"})


def deceased_at(cursor: Cursor, households: Collection[int]) -> list[tuple[int, int, date]]:
    """(household, arrears, day) of every withdrawal as deceased that concerns these households."""
    cursor.execute(
        """SELECT deceased_household_id, id, deceased_on FROM arrears
        WHERE deceased_household_id = ANY(%s) AND deceased_on IS NOT NULL""",  # as the index has it
        (list(households),),
    )
    return [(household, number, day) for household, number, day in cursor]


def attempts_at(cursor: Cursor, households: Collection[int]) -> list[tuple[int, date, bool]]:
    """(household, day, reached) of every contact attempt at these households that was not undone."""
    cursor.execute(
        """SELECT household_id, on_day, reached FROM contact_attempts
        WHERE household_id = ANY(%s) AND undone_at IS NULL""",
        (list(households),),
    )
    return [(household, day, reached) for household, day, reached in cursor]


def cases_at(cursor: Cursor, households: Collection[int]) -> list[CaseRow]:
    """All cases of these households, removed ones included."""
    return _select(cursor, CaseRow, "cases", "cases WHERE household_id = ANY(%s)", households, _AS_TEXT)


def add_events(cursor: Cursor, rows: Sequence[EventRow]) -> None:
    """Insert events."""
    if rows:
        copy_rows(cursor, "events", EventRow.__struct_fields__, map(astuple, rows))


def add_reports(cursor: Cursor, rows: Sequence[ReportRow], placed: Mapping[int, PlacedReport]) -> None:
    """Insert reports with what was judged of them, which `placed` has by event id."""
    if rows:
        copy_rows(
            cursor,
            "reports",
            (*ReportRow.__struct_fields__, *JUDGED_REPORT),
            (astuple(row) + _judged_report(placed[row.event_id]) for row in rows),
        )


def add_cases(cursor: Cursor, rows: Sequence[CaseRow]) -> None:
    """Insert cases."""
    if rows:
        sent = ((*astuple(row)[:-1], document(row.explanation)) for row in rows)
        copy_rows(cursor, "cases", CaseRow.__struct_fields__, sent)


def update_cases(cursor: Cursor, rows: Sequence[CaseRow]) -> None:
    """Write what judging decided of cases that exist."""
    _update(cursor, "cases", "id", JUDGED_CASE, rows)


def update_reports(cursor: Cursor, rows: Sequence[PlacedReport]) -> None:
    """Write what judging decided of reports that exist."""
    _update(cursor, "reports", "event_id", JUDGED_REPORT, rows)


def update_arrears(cursor: Cursor, rows: Sequence[ArrearsRow]) -> None:
    """Write what is last known of arrears."""
    _update(cursor, "arrears", "id", JUDGED_ARREARS, rows)


def _update(cursor: Cursor, table: str, key: str, columns: Sequence[str], rows: Sequence[msgspec.Struct]) -> None:
    if not rows:
        return
    settings = ", ".join(f"{column} = {_OUT_OF_TEXT.get(column, f'r.{column}')}" for column in columns)
    cursor.execute(
        f"UPDATE {table} AS t SET {settings} FROM json_populate_recordset(NULL::{table}, %s) AS r "  # noqa: S608
        f"WHERE t.{key} = r.{key}",
        (as_json([{c: getattr(row, c) for c in (key, *columns)} for row in rows]),),
    )


def add_history(cursor: Cursor, rows: Sequence[HistoryRow]) -> None:
    """Add history lines, in the order given."""
    if rows:
        copy_rows(
            cursor,
            "case_history",
            HistoryRow.__struct_fields__,
            ((row.case_id, row.actor, row.kind, document(as_json(row.detail))) for row in rows),
        )
