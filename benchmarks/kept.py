"""What rows did a worker end with, and which of them could a consumer that commits batch by batch write when?

Both floors write the very rows that a worker ended with. They are kept here in two forms: for the floor as tuples,
shared out over the batches so that the foreign keys hold after each of them; for the bare floor as blocks of binary
`COPY`, a table at a time.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, Final, LiteralString

from psycopg import sql
from sqlalchemy.dialects.postgresql import JSONB

from signals.store.database import transaction
from signals.store.models import Base
from signals.store.sets import document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sqlalchemy import Engine, Table

    from signals.store.database import Cursor

SETTLED: Final = ("policy_versions", "partners", "revisions", "audit")  # there before the first event
BLOCK: Final = 64 * 1024
Row = tuple[Any, ...]
Share = dict[str, list[Row]]  # what one batch writes, by table, in an order that foreign keys allow
Blocks = dict[str, list[bytes]]  # by table, in such an order

# In this order, each on those before it. Events go by their number, and everything else with the first event that needs
# it to be there. `first` is the first batch that needs the row; what no other row needs may come at any time.
_SHARED_OUT: Final[dict[str, LiteralString]] = {
    "events": "SELECT events.*, {in_turn} AS batch FROM events",
    "inbox": """SELECT inbox.*, coalesce(event.batch, {last}) AS batch FROM inbox
        LEFT JOIN shared_events AS event USING (source, event_id)""",
    "reports": """SELECT reports.*, greatest(own.batch, raising.batch) AS batch FROM reports
        JOIN shared_events AS own ON own.id = reports.event_id
        LEFT JOIN shared_events AS raising ON raising.id = reports.raised_by""",
    "persons": """SELECT persons.*, coalesce(first.batch, 0) AS batch FROM persons LEFT JOIN
        (SELECT person_id AS id, min(batch) AS batch FROM shared_reports GROUP BY 1) AS first USING (id)""",
    "arrears": """SELECT arrears.*, coalesce(first.batch, 0) AS batch FROM arrears LEFT JOIN
        (SELECT arrears_id AS id, min(batch) AS batch FROM shared_events GROUP BY 1) AS first USING (id)""",
    "households": """SELECT households.*, coalesce(first.batch, 0) AS batch FROM households LEFT JOIN
        (SELECT id, min(batch) AS batch FROM (
            SELECT household_id AS id, batch FROM shared_reports
            UNION ALL SELECT household_id, batch FROM shared_persons
            UNION ALL SELECT deceased_household_id, batch FROM shared_arrears) AS needed GROUP BY 1) AS first
        USING (id)""",
    "addresses": """SELECT addresses.*, coalesce(first.batch, 0) AS batch FROM addresses
        LEFT JOIN shared_households AS first ON first.address_id = addresses.id""",
    "cases": """SELECT cases.*, coalesce(first.batch, home.batch) AS batch FROM cases
        JOIN shared_households AS home ON home.id = cases.household_id LEFT JOIN
        (SELECT case_id AS id, min(batch) AS batch FROM shared_reports GROUP BY 1) AS first ON first.id = cases.id""",
    "case_history": """SELECT case_history.*, greatest({in_turn}, own.batch) AS batch FROM case_history
        JOIN shared_cases AS own ON own.id = case_history.case_id""",
    "outbox": "SELECT outbox.*, {in_turn} AS batch FROM outbox",
    "quarantine": "SELECT quarantine.*, {in_turn} AS batch FROM quarantine",
}
_AT_THE_END: Final[LiteralString] = "SELECT {table}.*, {last} AS batch FROM {table}"
_IN_TURN: Final[LiteralString] = "(row_number() OVER (ORDER BY {id}) - 1) * {batches} / count(*) OVER ()"


def keep(engine: Engine, folder: Path, size: int) -> None:
    """Write both forms of what stands in the tables into `folder`, shared out over batches of `size` records."""
    folder.mkdir(exist_ok=True)
    (folder / "shares").write_bytes(pickle.dumps(shares(engine, size)))
    (folder / "blocks").write_bytes(pickle.dumps(blocks(engine)))


def kept_shares(folder: Path) -> list[Share]:
    """The shares of `keep`, in memory."""
    found: list[Share] = pickle.loads((folder / "shares").read_bytes())  # noqa: S301 - written by our own parent
    return found


def kept_blocks(folder: Path) -> Blocks:
    """The blocks of `keep`, in memory."""
    found: Blocks = pickle.loads((folder / "blocks").read_bytes())  # noqa: S301 - written by our own parent
    return found


def stored_tables() -> Iterable[Table]:
    """The tables that events fill, in an order that foreign keys allow."""
    return (table for table in Base.metadata.sorted_tables if table.name not in SETTLED)


def blocks(engine: Engine) -> Blocks:
    """All rows as they stand in the tables, as `COPY` would send them."""
    found: Blocks = {}
    with transaction(engine) as cursor:
        for table in stored_tables():
            copying = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table.name))
            with cursor.copy(copying) as copy:
                content = b"".join(copy)
            found[table.name] = [content[start : start + BLOCK] for start in range(0, len(content), BLOCK)]
    return found


def shares(engine: Engine, size: int) -> list[Share]:
    """What each batch of `size` records would write: together all rows, with every column."""
    with transaction(engine) as cursor:
        for switch in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"):  # off for a worker: whole tables here
            cursor.execute(sql.SQL("SET LOCAL {} = on").format(sql.Identifier(switch)))
        found: list[Share] = [{} for _ in range(_batches(cursor, size))]
        named = {table.name: table for table in stored_tables()}
        for name in (*_SHARED_OUT, *(named.keys() - _SHARED_OUT.keys())):
            _share_out(cursor, named[name], len(found))
        for table in named.values():
            for number, row in _shared(cursor, table):
                found[number].setdefault(table.name, []).append(row)
    return found


def _batches(cursor: Cursor, size: int) -> int:
    """How many batches the records made that were read."""
    cursor.execute("SELECT coalesce(sum(stored + duplicates + quarantined), 0)::bigint FROM progress")
    (records,) = cursor.fetchone() or (0,)
    return max(-(-int(records) // size), 1)


def _share_out(cursor: Cursor, table: Table, batches: int) -> None:
    """Make the temporary table of the same rows, with the number of the batch of each."""
    in_turn = sql.SQL(_IN_TURN).format(id=sql.Identifier(table.name, "id"), batches=sql.Literal(batches))
    rows = sql.SQL(_SHARED_OUT.get(table.name, _AT_THE_END)).format(
        table=sql.Identifier(table.name), in_turn=in_turn, last=sql.Literal(batches - 1)
    )
    made = sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS {}").format(_shared_name(table), rows)
    cursor.execute(made)


def _shared_name(table: Table) -> sql.Identifier:
    return sql.Identifier(f"shared_{table.name}")


def _shared(cursor: Cursor, table: Table) -> Iterable[tuple[int, Row]]:
    """The rows as `copy_rows` takes them, each with its batch; in a batch by their keys, as a worker writes them."""
    documents = [place for place, column in enumerate(table.columns) if isinstance(column.type, JSONB)]
    columns = [
        sql.SQL("{}::text" if isinstance(column.type, JSONB) else "{}").format(sql.Identifier(column.name))
        for column in table.columns
    ]
    keys = [sql.Identifier(column.name) for column in table.primary_key.columns]
    cursor.execute(
        sql.SQL("SELECT batch, {} FROM {} ORDER BY batch, {}").format(
            sql.SQL(", ").join(columns), _shared_name(table), sql.SQL(", ").join(keys)
        )
    )
    return ((number, _with_documents(row, documents)) for number, *row in cursor.fetchall())


def _with_documents(row: list[Any], places: Sequence[int]) -> Row:
    for place in places:
        row[place] = None if row[place] is None else document(row[place])
    return tuple(row)
