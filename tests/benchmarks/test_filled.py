"""A filled database is as the walk would have left it: every row has what it refers to, and the pages can be read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from benchmarks.filled import LAST_DAY, MUNICIPALITY, OPEN_OF, fill
from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy, register_partners
from signals.outreach.search import SearchQuery, search
from signals.outreach.worklist import QUEUES, WorkFilter, work_page
from signals.policies import shipped
from signals.simulation.partners import PARTNERS
from signals.store.database import transaction
from signals.store.models import Base

if TYPE_CHECKING:
    from sqlalchemy import Engine, ForeignKeyConstraint

    from signals.store.database import Cursor

pytestmark = pytest.mark.database
CASES = 1200


def without_parent(cursor: Cursor, key: ForeignKeyConstraint) -> int:
    """How many rows refer to a row that is not there."""
    pairs = [(element.parent.name, element.column.name) for element in key.elements]
    parent = next(iter(key.elements)).column.table.name
    query = sql.SQL(
        "SELECT count(*) FROM {} AS child WHERE {} AND NOT EXISTS (SELECT FROM {} AS parent WHERE {})"
    ).format(
        sql.Identifier(key.table.name),
        sql.SQL(" AND ").join(sql.SQL("child.{} IS NOT NULL").format(sql.Identifier(one)) for one, _ in pairs),
        sql.Identifier(parent),
        sql.SQL(" AND ").join(
            sql.SQL("child.{} = parent.{}").format(sql.Identifier(one), sql.Identifier(other)) for one, other in pairs
        ),
    )
    found = cursor.execute(query).fetchone()
    assert found
    return int(found[0])


def test_a_filled_database_is_whole(engine: Engine, database: str) -> None:
    with transaction(engine) as cursor:
        load_policy(cursor, parse_policy(shipped()["almelo.toml"], "almelo"), actor="test")
        register_partners(cursor, PARTNERS, actor="test")
    fill(database, CASES)
    with transaction(engine) as cursor:
        keys = [key for table in Base.metadata.sorted_tables for key in table.foreign_key_constraints]
        assert {str(key.name): without_parent(cursor, key) for key in keys} == {str(key.name): 0 for key in keys}
        cursor.execute("SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM events)")
        assert cursor.fetchone() == (CASES, CASES * 5 // 3)
        cursor.execute("SELECT count(*) FROM cases WHERE state = 'open'")
        assert cursor.fetchone() == (CASES // OPEN_OF,)
        for queue in QUEUES:
            page = work_page(cursor, WorkFilter(queue, frozenset({MUNICIPALITY}), date.fromisoformat(LAST_DAY)))
            assert page.items, queue
        assert search(cursor, SearchQuery(name="Jansen"), frozenset({MUNICIPALITY})).households
