"""No statement of a batch reads a table from end to end: a plan made on small tables and kept is right at any size."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from signals.consumers.intake import BatchIntake
from signals.store import database
from signals.store.database import WORKER_OPTIONS, engine_for
from tests.reference.notation import change, report, withdraw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

# What an operator fills, and what stays small: these are read whole on purpose, when a worker starts or they change.
SETTLED = {"FROM partners", "policy_versions", "revisions", "listings", "paused_topics"}


class _Recording(psycopg.Cursor[Any]):
    """Remembers every statement."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> _Recording:  # noqa: ANN401 - as psycopg has it
        STATEMENTS.add(str(query))
        return super().execute(query, params, **more)


STATEMENTS: set[str] = set()
VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|WITH)\b")


def take_in_twice(desk: Desk, url: str) -> None:
    """Batches that make, find again, change, move and withdraw, on connections that are recorded."""
    engine = engine_for(url, options=WORKER_OPTIONS, pool_size=1)
    intake = BatchIntake(engine, "plans", gapless=True)
    a = report("a", "2026-11-02", "welbions/R1")
    intake.store(desk.records(a, report("b", "2026-11-03", "menzis/P1")))
    intake.store(
        desk.records(
            a,
            report("c", "2026-11-20", "welbions/R1", at=13),
            report("d", "2026-11-21", "menzis/P2"),
            change("e", "2026-11-22", "menzis/P1", "500.00"),
            withdraw("f", "2026-11-23", "menzis/P1", "deceased"),
        )
    )
    intake.store(desk.records(change("g", "2026-11-24", "welbions/R1", "900.00")))
    engine.dispose()


def generic_plan(connection: psycopg.Connection[Any], statement: str) -> dict[str, Any]:
    """The plan of a prepared statement whose parameters are not known yet."""
    numbers = itertools.count(1)
    numbered = re.sub("%s", lambda _: f"${next(numbers)}", statement)
    row = (
        psycopg.ClientCursor(connection).execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {numbered}".encode()).fetchone()
    )
    assert row
    plan: dict[str, Any] = row[0][0]["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def reads_whole(node: dict[str, Any]) -> bool:
    if node["Node Type"] in {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}:
        return "Index Cond" not in node
    return node["Node Type"] in {"Seq Scan", "Hash Join", "Merge Join"}


def test_every_statement_of_a_batch_looks_its_rows_up(
    desk: Desk, desk_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    STATEMENTS.clear()
    with monkeypatch.context() as recorded:
        recorded.setattr(database, "AllAtOnce", _Recording)
        take_in_twice(desk, desk_database)
    found = [one for one in STATEMENTS if VERB.match(one) and not any(table in one for table in SETTLED)]
    assert len(found) > 20
    with psycopg.connect(desk_database, options=WORKER_OPTIONS) as connection:
        faults = [
            f"{statement}: {node['Node Type']} of {node.get('Relation Name') or node.get('Index Name')}"
            for statement in found
            for node in nodes(generic_plan(connection, statement))
            if reads_whole(node)
        ]
    assert not faults, "\n".join(faults)
