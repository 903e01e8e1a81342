"""What `signals reconcile` names when somebody went round the triggers: what is spoken of and no longer there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from signals.store.database import transaction
from tests.reference.notation import report, withdraw
from tests.reports.books import CASES, books, number_of, relayed

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


def sabotage(town: Desk, *statements: str) -> None:
    """As a superuser does who switches the triggers off, foreign keys among them."""
    with transaction(town.system.engine) as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement.encode())


OPEN: Final = "(SELECT min(id) FROM cases WHERE state = 'open' AND released_at IS NULL)"
RELEASED: Final = "(SELECT id FROM cases WHERE released_at IS NOT NULL)"
CLOSED: Final = "(SELECT id FROM cases WHERE state = 'closed')"
REMOVED: Final = "(SELECT id FROM cases WHERE state = 'removed')"
LINES_MISSING: Final = "case_history: lines of case {} are missing: how it stands was never written there"


def number_at(town: Desk, which: str) -> int:
    ((number,),) = town.system.rows(f"SELECT {which}")
    return int(number)


def test_a_case_that_is_gone_is_named_by_all_that_still_speaks_of_it(town: Desk) -> None:
    number = number_at(town, OPEN)
    ((report_of_it,),) = town.system.rows("SELECT event_id FROM reports WHERE case_id = %s", number)
    lines = [
        f"reports: the case of report {report_of_it} is gone",
        f"case_history: there are lines of case {number}, and no such row in cases",
        f"{CASES}: the last message of case {number} is no tombstone, and there is no such row in cases",
    ]
    sabotage(town, f"DELETE FROM cases WHERE id = {number}")
    assert books(town).faults == lines
    sabotage(town, f"DELETE FROM case_history WHERE case_id = {number}")
    assert books(town).faults == [lines[0], lines[2]]
    sabotage(town, f"DELETE FROM reports WHERE case_id = {number}")
    assert lines[2] in books(town).faults
    relayed(town)
    assert lines[2] in books(town).faults  # published or not


def test_a_message_of_a_case_that_is_gone_is_no_fault_once_a_tombstone_followed(town: Desk) -> None:
    number = number_at(town, REMOVED)
    sabotage(town, f"DELETE FROM case_history WHERE case_id = {number}", f"DELETE FROM cases WHERE id = {number}")
    assert books(town).agrees
    sabotage(town, f"DELETE FROM outbox WHERE key = '{number}' AND body IS NULL")
    (fault,) = books(town).faults
    assert fault.startswith(f"{CASES}: the last message of case {number} is no tombstone")


@pytest.mark.parametrize(
    ("case", "kind"), [(OPEN, "opened"), (CLOSED, "opened"), (REMOVED, "removed"), (RELEASED, "released")]
)
def test_a_line_of_history_that_is_gone(town: Desk, case: str, kind: str) -> None:
    number = number_at(town, case)
    sabotage(town, f"DELETE FROM case_history WHERE case_id = {number} AND kind = '{kind}'")
    assert books(town).faults == [LINES_MISSING.format(number)]


@pytest.mark.parametrize("kind", ["closed", "reopened", "closed again", "reopened again"])
def test_the_last_line_says_the_state(town: Desk, kind: str) -> None:
    """Closed, reopened and so on: without its last line a case would stand otherwise than was written down."""
    at, way = 21, ["closed", "reopened", "closed again", "reopened again"]
    town.take_in(report("r0", "2026-11-06", "vitens/W7", at=at))
    for n, step in enumerate(way[: way.index(kind) + 1]):
        if step.startswith("closed"):
            town.take_in(withdraw(f"w{n}", f"2026-11-{n + 7:02}", "vitens/W7", "paid"))
        else:
            town.take_in(report(f"r{n}", f"2026-11-{n + 7:02}", "vitens/W7", at=at))
        assert books(town).agrees
    ((number, last),) = town.system.rows(
        "SELECT max(case_id), max(id) FROM case_history WHERE kind IN ('closed', 'reopened')"
    )
    sabotage(town, f"DELETE FROM case_history WHERE id = {last}")
    assert books(town).faults == [LINES_MISSING.format(number)]


def test_a_history_that_was_emptied(town: Desk) -> None:
    sabotage(town, "SET LOCAL signals.erasing = 'on'", "TRUNCATE case_history")
    (fault,) = books(town).faults
    assert fault.startswith("case_history: lines of cases ")


def test_a_case_reopened_and_held_has_its_lines(town: Desk) -> None:
    town.take_in(report("j", "2026-11-06", "vitens/W7", at=14), withdraw("k", "2026-11-09", "vitens/W7", "deceased"))
    town.take_in(report("l", "2026-11-06", "welbions/R7", at=14))
    assert books(town).agrees
    assert town.system.rows("SELECT count(*) FROM cases WHERE held") == [(1,)]
    number = number_at(town, "(SELECT id FROM cases WHERE held)")
    sabotage(town, f"DELETE FROM case_history WHERE case_id = {number} AND kind = 'held'")
    assert books(town).faults == [LINES_MISSING.format(number)]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("DELETE FROM inbox WHERE event_id = 'c'", "events: the inbox key of event {c} is gone"),
        ("DELETE FROM events WHERE event_id = 'c'", "reports: the event of report {c} is gone"),
        ("DELETE FROM arrears WHERE reference = 'R2'", "events: the arrears of event {f} are gone"),
    ],
)
def test_what_a_row_points_at_is_gone(town: Desk, damage: str, fault: str) -> None:
    numbers = {name: number_of(town, name) for name in "cf"}
    sabotage(town, damage)
    assert fault.format(**numbers) in books(town).faults


def test_a_household_that_is_gone(town: Desk) -> None:
    number = number_at(town, CLOSED)
    sabotage(town, f"DELETE FROM households WHERE id = (SELECT household_id FROM cases WHERE id = {number})")
    assert f"cases: the household of case {number} is gone" in books(town).faults
