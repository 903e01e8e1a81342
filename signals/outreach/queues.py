"""Which cases are there, in which order should they be worked, and who waits in which queue?

Reading only. Priority is computed here, when it is read (borders.md section 4.10): total and stable within each
municipality. Two open cases of one household are worked as one: the gravest route decides the queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import class_row

from signals.outreach.clocks import deadlines
from signals.outreach.configuration import load_policies
from signals.outreach.policy import ROUTES, PolicyBook

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from signals.store.database import Cursor

QUEUES: Final = ("letters", "visits", "review")
_ROUTE_OF: Final = {"letters": "letter", "visits": "home-visit"}

# Gravity first (end-of-delivery only adds points), then score, then who waits longest, then the address.
_LISTED: Final = """
SELECT cases.id, cases.household_id, cases.municipality, postcode, number, suffix, period, period_start, state, route,
    CASE WHEN state = 'open' THEN row_number() OVER (
        PARTITION BY cases.municipality, state ORDER BY
            CASE crisis WHEN 'eviction' THEN 0 WHEN 'disconnection' THEN 1 WHEN 'end-of-insurance' THEN 2 ELSE 3 END,
            score DESC, earliest_on, postcode, number, suffix, period_start, period) END AS priority,
    max(CASE WHEN state <> 'open' THEN 0 ELSE array_position(%(routes)s, route) END)
        OVER (PARTITION BY cases.household_id) AS worked_rank,
    score, explanation, multiple, consecutive, crisis, arrears_count, earliest_on, received_on, policy_id,
    waiting, waiting_since, held, released_route, released_at, outcome,
    letter_fault, scored_by
FROM cases JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
WHERE {which} AND (%(municipality)s::text IS NULL OR cases.municipality = %(municipality)s)
"""


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case as lists show it; `priority` is None when it is closed."""

    id: int
    household_id: int
    municipality: str
    postcode: str
    number: int
    suffix: str
    period: str
    period_start: date
    state: str
    route: str
    priority: int | None
    worked_rank: int
    score: int
    explanation: list[dict[str, Any]]
    multiple: bool
    consecutive: bool
    crisis: str | None
    arrears_count: int
    earliest_on: date
    received_on: date
    policy_id: int
    waiting: bool
    waiting_since: datetime | None
    held: bool
    released_route: str | None
    released_at: datetime | None
    outcome: str | None
    letter_fault: str | None  # why its letter could not be made, or that it came back
    scored_by: int | None  # the model that the score is of; None: the decision framework

    @property
    def household(self) -> str:
        """The address as `7607GC 12 ABIS`."""
        return f"{self.postcode} {self.number} {self.suffix}".rstrip()

    @property
    def worked_route(self) -> str:
        """The gravest route of the household's open cases: what it is worked by."""
        return ROUTES[self.worked_rank - 1] if self.state == "open" else self.route


def listed_cases(
    cursor: Cursor, municipality: str | None = None, cases: Collection[int] | None = None, *, only_open: bool = False
) -> list[ListedCase]:
    """All cases by municipality, priority (closed last), period and household; or these alone, with their priority."""
    which = "state = 'open'" if only_open else "state <> 'removed'"
    order = "municipality, priority NULLS LAST, period_start, period, postcode, number, suffix"
    only = "%(cases)s::bigint[] IS NULL OR id = ANY(%(cases)s::bigint[])"
    sql = f"SELECT * FROM ({_LISTED.format(which=which)}) AS listed WHERE {only} ORDER BY {order}"  # noqa: S608 - our own texts
    parameters = {"routes": list(ROUTES), "municipality": municipality, "cases": None if cases is None else list(cases)}
    with cursor.connection.cursor(row_factory=class_row(ListedCase)) as reading:
        return reading.execute(sql, parameters).fetchall()


def queue(cursor: Cursor, name: str, municipality: str | None = None) -> list[ListedCase]:
    """The cases that wait in queue `name` (one of `QUEUES`), most urgent first."""
    cases = listed_cases(cursor, municipality, only_open=True)
    if name == "review":
        return [case for case in cases if case.held or (case.crisis is not None and case.waiting) or case.letter_fault]
    route = _ROUTE_OF[name]
    return [case for case in cases if case.waiting and not case.held and case.worked_route == route]


def first_due(cases: list[ListedCase], book: PolicyBook) -> dict[int, date]:
    """By when each case must have its first contact attempt."""
    due = {}
    for case in cases:
        clocks = deadlines(case.received_on, book.by_id[case.policy_id].clocks, crisis=case.crisis)
        due[case.id] = min(deadline.due for deadline in clocks)
    return due


def policy_book(cursor: Cursor) -> PolicyBook:
    """The policies by which cases were judged."""
    return PolicyBook(load_policies(cursor))


def case_lines(cursor: Cursor, cases: list[ListedCase]) -> dict[int, list[dict[str, Any]]]:
    """The arrears of each case by partner and reference: last known amount, and whether it still counts there."""
    cursor.execute(
        """SELECT case_id, partner_id, reference, last_amount, bool_or(withdrawn IS NULL)
        FROM reports JOIN arrears ON arrears.id = arrears_id WHERE case_id = ANY(%s)
        GROUP BY case_id, partner_id, reference, last_amount ORDER BY case_id, partner_id, reference""",
        ([case.id for case in cases],),
    )
    lines: dict[int, list[dict[str, Any]]] = {case.id: [] for case in cases}
    for case, partner, reference, amount, is_open in cursor:
        status = "open" if is_open else "withdrawn"
        lines[case].append({"partner": partner, "reference": reference, "amount": euros(amount), "status": status})
    return lines


def euros(cents: int) -> str:
    """An amount as text with two decimals: 61250 gives "612.50"."""
    return f"{cents // 100}.{cents % 100:02}"


def case_document(case: ListedCase, arrears: list[dict[str, Any]]) -> dict[str, Any]:
    """A case as borders.md section 7 shows it."""
    return {
        "case_id": str(case.id),
        "municipality": case.municipality,
        "household": case.household,
        "period": case.period,
        "state": case.state,
        "route": case.route,
        "priority": case.priority,
        "score": case.score,
        "multiple": case.multiple,
        "consecutive": case.consecutive,
        "crisis": case.crisis,
        "arrears_count": case.arrears_count,
        "arrears": arrears,
    }
