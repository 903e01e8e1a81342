"""The switches of a list that goes along an index: set within the block, back after it, and a lost server is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from signals.store.database import engine_for, transaction
from signals.store.planning import in_index_order

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from signals.store.database import Cursor

pytestmark = pytest.mark.database


def switches(cursor: Cursor) -> list[tuple[str, ...]]:
    cursor.execute("SELECT current_setting('enable_sort'), current_setting('plan_cache_mode')")
    return list(cursor.fetchall())


def test_the_switches_hold_within_the_block_however_often(postgres: str) -> None:
    engine = engine_for(postgres)
    try:
        with transaction(engine) as cursor:
            for _ in range(8):  # psycopg prepares what it sees often
                with in_index_order(cursor):
                    assert switches(cursor) == [("off", "force_generic_plan")]
                assert switches(cursor) == [("on", "auto")]
    finally:
        engine.dispose()


def list_at_a_killed_server(engine: Engine, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other, transaction(engine) as cursor:
        other.execute("SELECT pg_terminate_backend(%s)", (cursor.connection.info.backend_pid,))
        with in_index_order(cursor):
            switches(cursor)


def test_a_server_that_is_gone_is_told_as_such(postgres: str) -> None:
    engine = engine_for(postgres)
    try:
        with pytest.raises(psycopg.OperationalError):
            list_at_a_killed_server(engine, postgres)
    finally:
        engine.dispose()
