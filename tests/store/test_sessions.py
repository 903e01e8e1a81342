"""Sessions in the database: found while they last, by their hash only, and few for one person."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from signals.store import sessions
from signals.store.database import transaction
from signals.store.sessions import TOUCH, Limits, SignedIn

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.database
LIMITS = Limits(idle=timedelta(minutes=30), absolute=timedelta(hours=10), most=3)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
SANNE = SignedIn("u-1", "Sanne de Vries", ("specialist", "team-lead"), ("0141", "0164"), ("centrum",))
TOM = SignedIn("u-2", "Tom Jansen", ("auditor",), ("0141",), ())


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def begin(engine: Engine, token: str, who: SignedIn = SANNE, at: datetime = NINE) -> None:
    with transaction(engine) as cursor:
        sessions.begin(cursor, hashed(token), who, at, LIMITS)


def find(engine: Engine, token: str, at: datetime, limits: Limits = LIMITS) -> SignedIn | None:
    with transaction(engine) as cursor:
        return sessions.find(cursor, hashed(token), at, limits)


def seen_at(engine: Engine) -> datetime:
    with transaction(engine) as cursor:
        [(moment,)] = cursor.execute("SELECT seen_at FROM sessions").fetchall()
    assert isinstance(moment, datetime)
    return moment


def stored(engine: Engine) -> int:
    with transaction(engine) as cursor:
        [(count,)] = cursor.execute("SELECT count(*) FROM sessions").fetchall()
    return int(count)


def test_a_tab_does_not_wait_for_the_slow_page_of_another(engine: Engine) -> None:
    """Both come after a pause, so both would note that the session was used."""
    begin(engine, "one")
    later = NINE + timedelta(minutes=5)
    with transaction(engine) as slow, transaction(engine) as quick:
        sessions.find(slow, hashed("one"), later, LIMITS)
        quick.execute("SET LOCAL lock_timeout = '100ms'")
        assert sessions.find(quick, hashed("one"), later + timedelta(seconds=1), LIMITS) == SANNE
    assert seen_at(engine) == later


def test_a_session_is_found_with_all_that_was_said_of_its_user(engine: Engine) -> None:
    begin(engine, "one")
    assert find(engine, "one", NINE + timedelta(minutes=5)) == SANNE
    assert find(engine, "another", NINE) is None


@pytest.mark.parametrize(
    ("after", "lasts"), [(timedelta(minutes=29, seconds=59), True), (timedelta(minutes=30), False)]
)
def test_it_ends_after_too_long_without_a_request(engine: Engine, after: timedelta, *, lasts: bool) -> None:
    begin(engine, "one")
    assert (find(engine, "one", NINE + after) is not None) == lasts


def test_requests_keep_it_alive_but_not_for_ever(engine: Engine) -> None:
    begin(engine, "one")
    at = NINE
    while at + timedelta(minutes=20) < NINE + LIMITS.absolute:
        at += timedelta(minutes=20)
        assert find(engine, "one", at) is not None
    assert find(engine, "one", NINE + LIMITS.absolute) is None


def test_the_idle_clock_is_written_at_most_once_a_minute_and_never_back(engine: Engine) -> None:
    begin(engine, "one")
    find(engine, "one", NINE + TOUCH - timedelta(seconds=1))
    assert seen_at(engine) == NINE
    find(engine, "one", NINE + TOUCH)
    assert seen_at(engine) == NINE + TOUCH
    find(engine, "one", NINE + timedelta(seconds=5))
    assert seen_at(engine) == NINE + TOUCH


def test_a_stricter_limit_counts_at_once(engine: Engine) -> None:
    begin(engine, "one")
    at = NINE + timedelta(minutes=10)
    assert find(engine, "one", at, Limits(timedelta(minutes=5), timedelta(hours=10), 3)) is None
    assert find(engine, "one", at, Limits(timedelta(minutes=30), timedelta(minutes=9), 3)) is None
    assert find(engine, "one", at) is not None


def test_the_end_is_the_end_and_a_second_one_is_no_error(engine: Engine) -> None:
    begin(engine, "one")
    begin(engine, "two")
    for _ in range(2):
        with transaction(engine) as cursor:
            sessions.end(cursor, hashed("one"))
    assert find(engine, "one", NINE) is None
    assert find(engine, "two", NINE) is not None


def test_a_session_ends_at_once_also_while_a_slow_page_holds_its_row(engine: Engine) -> None:
    """And so do others of the same person; the next sign-in removes them when their rows are free."""
    begin(engine, "one")
    begin(engine, "two")
    begin(engine, "of colleague", TOM)
    with transaction(engine) as slow:
        slow.execute("SELECT FROM sessions FOR UPDATE")
        with transaction(engine) as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            sessions.end(cursor, hashed("one"))
            sessions.end(cursor, hashed("one"))
        assert [find(engine, token, NINE) is not None for token in ("one", "two", "of colleague")] == [
            False,
            True,
            True,
        ]
        with transaction(engine) as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            assert [one.token_hash for one in sessions.of_user(cursor, "u-1", NINE, LIMITS)] == [hashed("two")]
            assert sessions.end_of(cursor, "u-1", [hashed(one) for one in ("one", "two", "of colleague")]) == 1
            sessions.begin(cursor, hashed("three"), SANNE, NINE, LIMITS)
    assert [find(engine, token, NINE) is not None for token in ("two", "three", "of colleague")] == [False, True, True]
    begin(engine, "four")
    with transaction(engine) as cursor:
        assert cursor.execute("SELECT count(*) FROM ended_sessions").fetchall() == [(0,)]
    assert stored(engine) == 3


def test_the_oldest_of_too_many_gives_way_and_others_keep_theirs(engine: Engine) -> None:
    begin(engine, "of tom", TOM)
    for number in range(5):
        begin(engine, f"{number}", SANNE, NINE + timedelta(minutes=number))
    at = NINE + timedelta(minutes=6)
    assert [find(engine, f"{number}", at) is not None for number in range(5)] == [False, False, True, True, True]
    assert find(engine, "of tom", at) == TOM


def test_a_new_one_is_kept_also_when_the_clock_went_back(engine: Engine) -> None:
    for number in range(3):
        begin(engine, f"{number}", SANNE, NINE)
    begin(engine, "new", SANNE, NINE - timedelta(seconds=10))
    assert find(engine, "new", NINE) is not None
    assert stored(engine) == 3


def test_what_ran_out_is_removed_at_the_next_sign_in(engine: Engine) -> None:
    begin(engine, "old", TOM)
    begin(engine, "new", SANNE, NINE + timedelta(hours=1))
    assert stored(engine) == 1


def test_only_a_hash_can_be_stored(engine: Engine) -> None:
    with pytest.raises(psycopg.errors.CheckViolation), transaction(engine) as cursor:
        sessions.begin(cursor, b"the token itself", SANNE, NINE, LIMITS)


def test_nobody_is_signed_in_without_a_role(engine: Engine) -> None:
    with pytest.raises(psycopg.errors.CheckViolation), transaction(engine) as cursor:
        sessions.begin(cursor, hashed("one"), SignedIn("u-3", "Anna", (), ("0141",), ()), NINE, LIMITS)


def test_whoever_signed_in_stays_known_as_a_colleague_as_the_provider_last_said(engine: Engine) -> None:
    begin(engine, "one")
    begin(engine, "two", SignedIn("u-1", "Sanne Jansen", ("auditor",), ("0164",), ()), NINE + timedelta(hours=1))
    with transaction(engine) as cursor:
        sessions.end(cursor, hashed("one"))
        sessions.end(cursor, hashed("two"))
        found = cursor.execute("SELECT * FROM colleagues").fetchall()
    assert found == [("u-1", "Sanne Jansen", ["auditor"], ["0164"], [], NINE + timedelta(hours=1))]
