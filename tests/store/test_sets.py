"""Texts that PostgreSQL cannot hold as they are, and errors that mean "again, later"."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError

from signals.store.database import engine_for, is_again_later, transaction
from signals.store.sets import as_sent, copy_rows, document, next_ids, storable

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytest_plugins = ["tests.outreach.fixtures"]


@given(st.text(st.sampled_from("\\\0" + "0a")) | st.text())
@example("\\0")
@example("\0\\")
@example("\\\\0\0")
def test_every_text_can_be_stored_and_comes_back_as_sent(text: str) -> None:
    assert "\0" not in storable(text)
    assert as_sent(storable(text)) == text


@pytest.mark.parametrize("text", ["", "urn:nld:oin:00000001234567890000:systeem:incasso", "é", "0"])
def test_an_ordinary_text_is_stored_as_it_is(text: str) -> None:
    assert storable(text) == text


@pytest.mark.parametrize(
    ("error", "later"),
    [
        (psycopg.OperationalError(), True),  # the connection is gone
        (psycopg.InterfaceError(), True),
        (pg.AdminShutdown(), True),
        (pg.DeadlockDetected(), True),
        (pg.SerializationFailure(), True),
        (pg.LockNotAvailable(), True),
        (pg.QueryCanceled(), True),
        (pg.DiskFull(), True),
        (pg.OutOfMemory(), True),
        (pg.TooManyConnections(), True),
        (pg.ReadOnlySqlTransaction(), True),
        (pg.ProgramLimitExceeded(), False),  # an event that no machine can take
        (pg.StatementTooComplex(), False),
        (pg.CheckViolation(), False),
        (pg.UniqueViolation(), False),
        (pg.UndefinedTable(), False),
        (pg.DivisionByZero(), False),
        (pg.UntranslatableCharacter(), False),
        (ValueError(), False),
        (MemoryError(), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_again_later(error: Exception, later: bool) -> None:
    assert is_again_later(error) is later
    assert is_again_later(DBAPIError("SELECT", None, error)) is later


def delete_and_fail(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        cursor.execute("DELETE FROM partners")
        cursor.execute("SELECT 1 / 0")


@pytest.mark.database
def test_a_transaction_that_fails_leaves_nothing(desk: Desk) -> None:
    with pytest.raises(pg.DivisionByZero):
        delete_and_fail(desk)
    assert desk.system.rows("SELECT count(*) > 0 FROM partners") == [(True,)]


@pytest.mark.database
def test_every_connection_runs_in_utc(desk: Desk, desk_database: str) -> None:
    assert desk.system.rows("SHOW TimeZone") == [("UTC",)]
    engine = engine_for(desk_database, options="-c jit=off -c lock_timeout=20s")
    with transaction(engine) as cursor:
        cursor.execute("SELECT current_setting('TimeZone'), current_setting('lock_timeout')")
        assert cursor.fetchone() == ("UTC", "20s")
    engine.dispose()


@pytest.mark.database
def test_fresh_ids_ascend_and_are_given_once(desk: Desk) -> None:
    with transaction(desk.system.engine) as cursor:
        first, second = next_ids(cursor, "events", 5), next_ids(cursor, "events", 5)
        assert first + second == sorted({*first, *second})
        assert next_ids(cursor, "events", 0) == []


MOMENT = datetime(2026, 11, 2, 8, 15, 0, 123456, UTC)
# A column of each type, what is written into it, and what is read back where that is not the same.
COPIED = [
    ("audit", "detail", document('{"reden":"é\\u0001"}'), {"reden": "é\x01"}),
    ("cases", "held", True, True),
    ("events", "received_at", MOMENT, MOMENT),
    ("events", "signalled_on", date(1, 1, 1), date(1, 1, 1)),
    ("events", "time_us", 2**63 - 1, 2**63 - 1),
    ("events", "event_id", "tab\t new line\n back\\slash é 𝄞", "tab\t new line\n back\\slash é 𝄞"),
    ("events", "amount", None, None),
    ("outbox", "body", b"\x00\xff\\", b"\x00\xff\\"),
    ("addresses", "number", 99999, 99999),
]


@pytest.mark.database
@pytest.mark.parametrize(("table", "column", "written", "read"), COPIED)
def test_what_is_copied_in_is_what_is_read_back(
    desk: Desk, table: str, column: str, written: object, read: object
) -> None:
    with transaction(desk.system.engine) as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS SELECT {column} FROM {table} WHERE false")
        copy_rows(cursor, table, (column,), [(written,)] * 3)
        cursor.execute(f"SELECT {column} FROM {table}")
        assert cursor.fetchall() == [(read,)] * 3


@pytest.mark.database
def test_a_row_that_is_refused_takes_all_with_it(desk: Desk) -> None:
    with pytest.raises(pg.CheckViolation), transaction(desk.system.engine) as cursor:
        copy_rows(cursor, "addresses", ("municipality", "postcode", "number", "suffix"), [("0141", "7607GC", 0, "")])
    assert desk.system.rows("SELECT count(*) FROM addresses") == [(0,)]
