"""Every index is used by the query it is there for: the system's own statements are recorded and explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from signals.consumers import quarantine
from signals.outreach import case_page, queues, registers
from signals.reports.partners import last_signals, partner_health
from signals.store import ledger, locks, outbox, pauses
from signals.store.models import Base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
Cursor = psycopg.Cursor[tuple[Any, ...]]


class _Explaining(psycopg.Cursor[Any]):
    """Asks for the plan of every statement before it runs it."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> _Explaining:  # noqa: ANN401 - as psycopg has it
        asking = psycopg.Cursor(self.connection).execute(f"EXPLAIN {query}".encode(), params)
        PLANS.extend(row[0] for row in asking)
        return super().execute(query, params, **more)


PLANS: list[str] = []


@pytest.fixture
def explaining(desk_database: str) -> Iterator[Cursor]:
    """A cursor whose connection explains; small tables would be read whole, so that is made dear."""
    PLANS.clear()
    with psycopg.connect(desk_database, options="-c enable_seqscan=off", cursor_factory=_Explaining) as connection:
        yield connection.cursor()
        connection.rollback()


def _take_from_a_long_outbox(cursor: Cursor) -> None:
    """As it is after some weeks: nearly all of it published."""
    told = psycopg.Cursor(cursor.connection)
    told.execute(
        """INSERT INTO outbox (topic, key, published_at)
        SELECT 'outreach.cases', n::text, now() FROM generate_series(1, 5000) AS n"""
    )
    told.execute("ANALYZE outbox")
    outbox.take_waiting(cursor, 500)


# Each index and what asks for it, as its comment in the models says.
ASKED_BY: dict[str, Callable[[Cursor], object]] = {
    "ix_arrears_deceased": lambda cursor: ledger.deceased_at(cursor, [1]),
    "uq_events_arrears_id_id": lambda cursor: ledger.events_of(cursor, [1]),
    "ix_cases_open": lambda cursor: queues.queue(cursor, "letters", "0141"),
    "ix_reports_arrears": lambda cursor: locks.lock_households(cursor, [], [1]),
    "ix_reports_household": lambda cursor: ledger.reports_at(cursor, [1]),
    "ix_reports_case": lambda cursor: case_page._signals(cursor, 1),
    "ix_case_history_case": lambda cursor: case_page._history(cursor, 1),
    "ix_quarantine_open": quarantine.listed,
    "ix_quarantine_nth": lambda cursor: pauses.tallies(cursor, "log", ["arrears.housing.welbions"], 1000),
    "ix_outbox_waiting": _take_from_a_long_outbox,
    "ix_listings_list": lambda cursor: registers.replace_listing(cursor, "caseload", [], ["0141"], actor="test"),
    "ix_inbox_reused": partner_health,
    "ix_inbox_last": last_signals,
    "ix_paused_topics_latest": pauses.last_pauses,
    "uq_paused_topics_now": pauses.paused,
}


@pytest.mark.parametrize("index", ASKED_BY)
def test_index_is_used(explaining: Cursor, index: str) -> None:
    ASKED_BY[index](explaining)
    assert any(index in line.split() for line in PLANS), "\n".join(PLANS)


def test_every_index_has_its_query() -> None:
    indexes = {str(index.name) for table in Base.metadata.tables.values() for index in table.indexes}
    assert indexes == ASKED_BY.keys() - {"uq_events_arrears_id_id"}  # a constraint's
