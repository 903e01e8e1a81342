"""Does an event cost more when a million are stored than when ten thousand are?

Ten thousand events are taken in as always. For the million a copy of that database is filled up with 99 more of each
row: the same rows with every number, reference, event id and address shifted, so that each copy is a municipality's
worth of other households, with all keys, checks and indexes in place. Then both take in the same next ten thousand
events, which touch households that both know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import sql
from sqlalchemy import BigInteger, Integer

from benchmarks import events
from benchmarks.pairs import Side, in_turn, ratios
from benchmarks.services import make_database, make_installation, settle
from benchmarks.tables import Table
from signals.consumers.intake import BatchIntake
from signals.store.models import Base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Column
    from sqlalchemy import Table as Stored

    from benchmarks.services import Place

STORED: Final = min(10_000, events.NUMBER // 2)
NEXT: Final = STORED
TIMES: Final = 100
STRIDE: Final = 10_000_000  # above every number that the events get
LIMIT_SECONDS: Final = 150.0
ONCE: Final = frozenset({"policy_versions", "partners", "revisions", "audit", "progress", "paused_topics"})
# What must differ from copy to copy beside the numbers: text that is unique.
SHIFTED_TEXT: Final = {
    ("inbox", "event_id"): "{} || '-' || copy.number",
    ("events", "event_id"): "{} || '-' || copy.number",
    ("arrears", "reference"): "{} || '-' || copy.number",
    ("addresses", "suffix"): "{} || 'X' || copy.number",
    ("outbox", "key"): f"({{}}::bigint + copy.number * {STRIDE})::text",
    ("quarantine", "offset"): f"{{}} + copy.number * {STRIDE}",
}


def compared(place: Place, say: Callable[[str], None]) -> Table:
    """The same next events beside few and beside many."""
    found = events.records(events.lines(max(events.NUMBER, STORED + NEXT)))
    make_installation(place, "few")
    with place.engine("few") as engine:
        intake = BatchIntake(engine, "bench", gapless=True)
        for batch in events.batches(found[:STORED]):
            intake.store(batch)
    make_database(place, "many", "few")
    multiply(place, "many", TIMES - 1)
    say(f"{STORED * TIMES:,} are stored")
    for name in ("few", "many"):
        settle(place, name)
    following = events.batches(found[STORED : STORED + NEXT])
    with place.engine("few") as few, place.engine("many") as many:
        sides = Side(many, following), Side(few, following)
        in_turn(*sides, LIMIT_SECONDS)
    return _table(*sides)


def _table(many: Side, few: Side) -> Table:
    clock, cpu = ratios(many, few, 1)  # the first batch of each opens files and reads the configuration
    rows = []
    for words, side in ((f"{STORED:,}", few), (f"{STORED * TIMES:,}", many)):
        on_clock, worked = side.micros(1)
        rows.append((words, f"{on_clock:.0f} µs", f"{worked:.0f} µs"))
    rows.append(("ratio", f"{clock:.2f}", f"{cpu:.2f}"))
    records = sum(cost.records for cost in many.costs[1:])
    said = f"The same next {records:,} events, batch for batch in turn; after VACUUM, ANALYZE and a checkpoint."
    return Table("stored", ("stored before", "an event", "CPU of it"), rows, said, {"stored": clock, "stored cpu": cpu})


def multiply(place: Place, name: str, copies: int) -> None:
    """Add so many copies of all rows that events made.

    The rows are made of rows that passed all checks, so foreign keys and triggers are not asked again.
    """
    with psycopg.connect(place.database(name), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for table in Base.metadata.sorted_tables:
            if table.name not in ONCE:
                connection.execute(_copying(table), (copies,))
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if column.identity is not None:
                    connection.execute(
                        "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                        (table.name, column.name, (copies + 1) * STRIDE),
                    )


def _copying(table: Stored) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    values = sql.SQL(", ").join(_values(table))
    words = (
        "INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE "
        "SELECT {2} FROM {0} CROSS JOIN generate_series(1, %s) AS copy(number)"
    )
    return sql.SQL(words).format(sql.Identifier(table.name), names, values)


def _values(table: Stored) -> Iterator[sql.Composed]:
    for column in table.columns:
        name = sql.Identifier(table.name, column.name)
        if (table.name, column.name) in SHIFTED_TEXT:
            yield sql.SQL(SHIFTED_TEXT[table.name, column.name]).format(name)
        elif _numbers_a_row(column):
            yield sql.SQL("{} + copy.number * {}").format(name, sql.Literal(STRIDE))
        else:
            yield sql.SQL("{}").format(name)


def _numbers_a_row(column: Column[object]) -> bool:
    """Whether the column is the number of a row that is copied too, here or in another table."""
    if not isinstance(column.type, (BigInteger, Integer)):
        return False
    if column.identity is not None:
        return True
    targets = (key.column for key in column.foreign_keys)
    return any(target.table.name not in ONCE and _numbers_a_row(target) for target in targets)
