"""A transaction begins on a connection that works, whatever happened to the server while it waited in the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import errors as pg
from psycopg.types.json import Json, Jsonb

from signals.store.database import engine_for, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from signals.store.database import Cursor


@pytest.fixture
def engine(postgres: str) -> Iterator[Engine]:
    engine = engine_for(postgres)
    with transaction(engine) as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept_here (number int)")
        cursor.execute("TRUNCATE kept_here")
    yield engine
    engine.dispose()


def kept(engine: Engine) -> list[int]:
    with transaction(engine) as cursor:
        return [number for (number,) in cursor.execute("SELECT number FROM kept_here ORDER BY number")]


def insert_then(engine: Engine, act: Callable[[Cursor], object]) -> None:
    """Write a number and go on to what fails, in one transaction."""
    with transaction(engine) as cursor:
        cursor.execute("INSERT INTO kept_here VALUES (1)")
        act(cursor)


def end_connections(url: str, *numbers: int) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        for number in numbers:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (number,))


def test_what_waited_over_a_restart_is_not_used_again(postgres: str, engine: Engine) -> None:
    with transaction(engine) as one, transaction(engine) as two:  # two connections wait in the pool afterwards
        numbers = [cursor.connection.info.backend_pid for cursor in (one, two)]
    end_connections(postgres, *numbers)
    for _ in numbers:
        with transaction(engine) as cursor:
            cursor.execute("INSERT INTO kept_here VALUES (1)")
            assert cursor.connection.info.backend_pid not in numbers
    assert kept(engine) == [1, 1]


def test_an_error_takes_back_what_was_done_and_the_connection_is_used_again(engine: Engine) -> None:
    with transaction(engine) as cursor:
        number = cursor.connection.info.backend_pid
    with pytest.raises(pg.DivisionByZero):
        insert_then(engine, lambda cursor: cursor.execute("SELECT 1/0"))
    with transaction(engine) as cursor:
        assert cursor.connection.info.backend_pid == number
    assert kept(engine) == []


def test_who_loses_the_connection_halfway_is_told_and_the_next_one_has_another(postgres: str, engine: Engine) -> None:
    def lose(cursor: Cursor) -> None:
        end_connections(postgres, cursor.connection.info.backend_pid)
        cursor.execute("INSERT INTO kept_here VALUES (2)")

    with pytest.raises(pg.OperationalError):
        insert_then(engine, lose)
    assert kept(engine) == []


def test_rows_are_gone_over_once_and_those_that_were_fetched_are_passed_over(engine: Engine) -> None:
    with transaction(engine) as cursor:
        cursor.execute("SELECT generate_series(1, 5)")
        assert cursor.fetchone() == (1,)
        assert list(cursor) == [(2,), (3,), (4,), (5,)]
        assert list(cursor) == []


def test_json_comes_back_as_it_was_written(engine: Engine) -> None:
    written = {"nl": "Achterstand bij 2 partners € 1,4", "points": [20, 1.5, None, True], "deep": {"a": []}}
    with transaction(engine) as cursor:
        cursor.execute("SELECT %s::jsonb, %s::json", (Jsonb(written), Json(written)))
        assert cursor.fetchone() == (written, written)
